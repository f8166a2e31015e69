import { UserError } from '@loyalnest/dev/errors';

/** The number that an option gives. Throws `UserError` with exit code 2 for anything but 1 to 999,999. */
export function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(`--${name} is "${text}"; it must be a number from 1 to 999999`, 2);
}
