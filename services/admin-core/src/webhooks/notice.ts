import type { z } from 'zod';

/** What a webhook says, from its first delivery or from a retry of one that was kept. */
export type Notice = {
  merchantId: number;
  topic: string;
  /** Unique per delivery; Shopify's retries of one delivery share it. */
  webhookId: string;
  triggeredAt: Date | null;
  body: unknown;
};

/** Does what a webhook of its topics asks for. Throws `UnusablePayload` if nothing can be made of it. */
export type TopicProcessor = { topics: readonly string[]; process(notice: Notice): Promise<void> };

/** Why a payload cannot be used: no JSON at all, or not the fields of its topic. */
export type UnusableReason = 'invalid-json' | 'invalid-payload';

/** A payload that is not what its topic promises. The message names fields, never their values. */
export class UnusablePayload extends Error {
  override readonly name = 'UnusablePayload';
  readonly reason: UnusableReason;

  constructor(reason: UnusableReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** More would not help whoever looks at it. */
const issuesMax = 5;

/** Reads the fields that we need, and no others. Throws `UnusablePayload`. */
export function parsePayload<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  if (body === undefined) throw new UnusablePayload('invalid-json', 'The body is not JSON.');
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, issuesMax);
  const detail = issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
  throw new UnusablePayload('invalid-payload', detail);
}
