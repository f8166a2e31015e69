const HOUR_MS = 3_600_000;

const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** Shopify's REST form: whole seconds with the shop's own offset, for example `2026-11-22T16:05:09-05:00`. */
export function shopTime(atMs: number, timezone: string): string {
  // A payload states the same few moments again and again.
  if (atMs === last.atMs && timezone === last.timezone) return last.text;
  last = { atMs, timezone, text: formatShopTime(atMs, timezone) };
  return last.text;
}

let last = { atMs: NaN, timezone: '', text: '' };

function formatShopTime(atMs: number, timezone: string): string {
  const offset = offsetMinutes(atMs, timezone);
  return `${new Date(atMs + offset * 60_000).toISOString().slice(0, 19)}${offsetText(offset)}`;
}

/** GraphQL's form: whole seconds in UTC. */
export function utcTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** Shopify keeps seconds, no fractions. */
export function wholeSecond(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}

/** Minutes east of UTC. An offset never changes within a whole hour of UTC, so it is remembered per hour. */
export function offsetMinutes(atMs: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  const hour = Math.floor(atMs / HOUR_MS);
  const key = `${timezone}/${hour}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const offset = readOffset(hour * HOUR_MS, timezone);
  offsets.set(key, offset);
  return offset;
}

export function isTimezone(timezone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: timezone }));
  } catch {
    return false;
  }
}

function readOffset(atMs: number, timezone: string): number {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    formats.set(timezone, format);
  }
  const name = format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

export function offsetText(offset: number, separator = ':'): string {
  const minutes = Math.abs(offset);
  const pair = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${pair(Math.floor(minutes / 60))}${separator}${pair(minutes % 60)}`;
}
