import { z } from 'zod';
import { activityEntrySchema } from './activity.ts';

/**
 * What goes over the WebSocket `/api/points/stream`. A token is asked for over HTTP and sent in the first message, so that
 * no address holds a secret. A position is opaque; whoever sends the last one it saw gets what came after, each once.
 */
export const streamTokenSchema = z
  .object({
    url: z.string().describe('Where to connect: `wss://…/api/points/stream`.'),
    token: z.string(),
    expiresAt: z.iso.datetime().describe('Until when it opens a connection; an open one stays.'),
  })
  .meta({ id: 'StreamToken' });
export type StreamToken = z.infer<typeof streamTokenSchema>;

export const streamHelloSchema = z.strictObject({
  type: z.literal('hello'),
  token: z.string().max(2_000),
  after: z.string().max(100).nullable(),
});
export type StreamHello = z.infer<typeof streamHelloSchema>;

/**
 * `welcome`: always first, with the position from which it goes on. `update`: points moved. `lost`: what came meanwhile is too
 * much or too old to tell; read anew and go on from `position`. `problem`: why the connection is closed next.
 */
export const streamMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), position: z.string() }),
  z.object({
    type: z.literal('update'),
    position: z.string(),
    transfer: activityEntrySchema,
    balance: z
      .object({
        customerId: z.number().int(),
        pending: z.number().int(),
        available: z.number().int(),
        held: z.number().int(),
      })
      .describe('When the update was told: with this transfer, and never older than in the update before.'),
  }),
  z.object({ type: z.literal('lost'), position: z.string() }),
  z.object({ type: z.literal('problem'), code: z.string(), message: z.string() }),
]);
export type StreamMessage = z.infer<typeof streamMessageSchema>;

/** Why the server closes a connection. With each of them the client asks for a new token; it waits longer from try to try. */
export const streamCloseCodes = {
  /** The server ends or restarts: come back at once and go on. */
  restarting: 1001,
  /** The connection's time is up: come back at once, with a new token. */
  expired: 4000,
  /** A message was not what this page says, or a position not one of ours: come back without a position. */
  invalid: 4400,
  /** The token is not genuine or too old, or no hello came within 10 s. */
  unauthenticated: 4401,
  /** The person has too many connections: try again in a minute. */
  tooMany: 4429,
} as const;
