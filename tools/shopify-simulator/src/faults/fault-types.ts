import { z } from 'zod';

const probability = z.number().min(0).max(1);
const count = z.number().int().min(0).max(1_000_000);

const deliveryFaults = z.strictObject({
  /** A delivery is sent twice. */
  duplicate: probability,
  /** The second one has the webhook id of the first, or (a second subscription, a replay) its own. */
  duplicateAs: z.enum(['same-id', 'new-id']),
  /** A delivery is overtaken by up to 64 later ones. */
  reorder: probability,
  /** A delivery is never sent. */
  drop: probability,
  /** The body of an attempt is altered after signing. */
  corrupt: probability,
  /** Each first attempt waits so long on the simulator's clock. */
  delayMs: z.number().int().min(0).max(86_400_000),
  /** Nothing is sent until this is false again. */
  paused: z.boolean(),
});

const userErrorFault = z.strictObject({
  next: count,
  message: z.string().min(1).default('Something went wrong'),
  code: z.string().optional(),
  field: z.array(z.string()).nullable().default(null),
});

const apiFaults = z.strictObject({
  /** Every answer waits so long, in real time. */
  slowMs: z.number().int().min(0).max(600_000),
  throttleNext: count,
  /** The next N answer 500. */
  errorNext: count,
  /** The next N answers end in the middle of the body. */
  cutNext: count,
  /** Per mutation name. */
  userErrors: z.record(z.string(), userErrorFault),
});

const adminFaults = z.strictObject({
  /** The next N id tokens that App Bridge asks for have expired a minute ago. */
  expiredTokensNext: count,
  /** App Bridge gets no id token, as when the merchant is offline or signed out. */
  offline: z.boolean(),
});

export const faultChange = z.strictObject({
  deliveries: deliveryFaults.partial().optional(),
  api: apiFaults.partial().optional(),
  admin: adminFaults.partial().optional(),
});

export type DeliveryFaults = z.infer<typeof deliveryFaults>;
export type ApiFaults = z.infer<typeof apiFaults>;
export type AdminFaults = z.infer<typeof adminFaults>;
export type UserErrorFault = z.infer<typeof userErrorFault>;
export type FaultChange = z.infer<typeof faultChange>;
