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

/** `update`: points moved. `lost`: what came meanwhile is too much or too old to tell; read anew and go on from `position`. */
export const streamMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), position: z.string() }),
  z.object({
    type: z.literal('update'),
    position: z.string(),
    transfer: activityEntrySchema,
    balance: z.object({
      customerId: z.number().int(),
      pending: z.number().int(),
      available: z.number().int(),
      held: z.number().int(),
    }),
  }),
  z.object({ type: z.literal('lost'), position: z.string() }),
  z.object({ type: z.literal('problem'), code: z.string(), message: z.string() }),
]);
export type StreamMessage = z.infer<typeof streamMessageSchema>;
