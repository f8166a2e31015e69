import { UserError } from '@loyalnest/dev/errors';

export const changelogUrl = 'https://shopify.dev/changelog/feed.xml';

/** The feed goes back for years and is a few megabytes. */
const feedTimeoutMs = 60_000;
const dayMs = 24 * 60 * 60 * 1_000;
/** https://shopify.dev/docs/api/usage/versioning: a version lives a year. */
const versionLifeMonths = 12;
/** Early enough to move to a newer version without haste, and then so that it is not forgotten. */
const remindDaysBefore = [90, 30, 7, 1];
/** What may break us, in the words Shopify uses. */
const urgent = /action required|breaking change|deprecat|no longer|will be removed|sunset/i;

export type Entry = { title: string; link: string; publishedAt: Date; isUrgent: boolean };

/**
 * Says in Markdown what Shopify announced on the days before today, what asks for action first, and whether the API version
 * we use ends soon. Days are whole days of UTC, so that whoever asks each day for one day is told each thing once, at
 * whatever hour. Empty: nothing. Throws `UserError` when the feed cannot be read or is not what it was.
 */
export async function shopifyNews(options: {
  url?: string;
  days: number;
  now: Date;
  apiVersion: string;
}): Promise<string> {
  const { url = changelogUrl, days, now, apiVersion } = options;
  const entries = parseFeed(await load(url));
  if (entries.length === 0) throw new UserError(`${url} has no entries; its form may have changed`);
  const today = startOfDay(now);
  const news = entries.filter(({ publishedAt }) => {
    const day = startOfDay(publishedAt);
    return day < today && day >= today - days * dayMs;
  });
  const ending = describeEnd(apiVersion, { days, now });
  const urgentOnes = news.filter(({ isUrgent }) => isUrgent);
  const others = news.filter(({ isUrgent }) => !isUrgent);
  return [
    ...(ending === undefined ? [] : [ending]),
    ...list('May need work', urgentOnes),
    ...list(urgentOnes.length > 0 ? 'The rest' : 'News', others),
  ].join('\n\n');
}

/** Reads RSS 2.0. Titles come escaped or as CDATA. */
export function parseFeed(xml: string): Entry[] {
  return [...xml.matchAll(/<item[\s>](.*?)<\/item>/gs)].flatMap(([, item = '']) => {
    const title = textOf(item, 'title');
    const link = textOf(item, 'link');
    const publishedAt = new Date(textOf(item, 'pubDate'));
    if (title === '' || !URL.canParse(link) || Number.isNaN(publishedAt.getTime())) return [];
    return [{ title, link, publishedAt, isUrgent: urgent.test(item) }];
  });
}

/** `2026-10` ends in October of the year after. Says so on the days on which that is worth saying. */
export function describeEnd(apiVersion: string, { days, now }: { days: number; now: Date }): string | undefined {
  const [year = 0, month = 0] = apiVersion.split('-').map(Number);
  const end = Date.UTC(year, month - 1 + versionLifeMonths, 1);
  const daysLeft = (end - startOfDay(now)) / dayMs;
  // The days that are told of end with today, which nothing has told of yet.
  if (!remindDaysBefore.some((before) => before >= daysLeft && before < daysLeft + days)) return undefined;
  const day = new Date(end).toISOString().slice(0, 10);
  return `**The API version ${apiVersion} (libs/shopify/src/api-version.ts) lives until ${day}.**`;
}

function startOfDay(date: Date): number {
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
}

async function load(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(feedTimeoutMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new UserError(`${url} cannot be read: ${(error as Error).message}`, 1, { cause: error });
  }
}

function textOf(item: string, tag: string): string {
  const content = new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 's').exec(item)?.[1] ?? '';
  const plain = content.replace(/<!\[CDATA\[(.*?)\]\]>/gs, '$1');
  return plain.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: keyof typeof entities) => entities[name]).trim();
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' } as const;

function list(heading: string, entries: readonly Entry[]): string[] {
  if (entries.length === 0) return [];
  const lines = entries.map(({ title, link, publishedAt }) => {
    // A title is somebody else's text: nothing in it may begin a link or mention anybody.
    const safe = title.replace(/[[\]@<>`*_]/g, String.raw`\$&`);
    return `- ${publishedAt.toISOString().slice(0, 10)} [${safe}](${link})`;
  });
  return [`## ${heading}`, lines.join('\n')];
}
