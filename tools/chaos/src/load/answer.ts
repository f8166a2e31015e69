import { errorCodes } from '@loyalnest/contracts/errors';

/** How a request ended: `ok` as it should, or with the code of an error, or with one that is ours to explain. */
export type Answer = { outcome: ErrorOutcome; body: Record<string, unknown> };

/** A stable code, or a word for what no caller can make anything of: no answer, a status without a code. */
export type ErrorOutcome = string;

/** Services give up after 30 s, and nginx after 35: whoever still waits then has been forgotten. */
export const hangMs = 36_000;

export async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(hangMs) });
    const text = await response.text();
    const body = parse(text);
    if (response.ok) return { outcome: 'ok', body };
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    const { code } = body;
    const isClear = isProblem && typeof code === 'string' && code in errorCodes;
    return { outcome: isClear ? code : `status-${response.status}`, body };
  } catch (error) {
    return { outcome: (error as Error).name === 'TimeoutError' ? 'hung' : 'no-answer', body: {} };
  }
}

/** Whether a caller can tell what to do: neither silence, nor words without a code, nor a failure that we cannot name. */
export function isClear(outcome: ErrorOutcome): boolean {
  return outcome in errorCodes && outcome !== 'internal';
}

/** Whether asking again would bring the same. */
export function isFinal(outcome: ErrorOutcome): boolean {
  const known = errorCodes[outcome as keyof typeof errorCodes] as { status: number } | undefined;
  return known !== undefined && known.status < 500 && outcome !== 'request-in-progress' && known.status !== 429;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
