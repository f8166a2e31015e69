import { z } from 'zod';

/** What a person of the merchant's staff may do. `admin:full` includes the others. */
export const roleSchema = z.enum(['admin:full', 'admin:analytics', 'admin:support', 'admin:points']);
export type Role = z.infer<typeof roleSchema>;

const time = z.iso.datetime();

/** A bearer token for our API, and what to get the next one with. */
export const tokensSchema = z
  .object({
    token: z.string().describe('JWT for the `Authorization` header.'),
    expiresAt: time,
    refreshToken: z.string().describe('Good for one use, at `/v1/api/auth/refresh`.'),
    refreshExpiresAt: time.describe('When the person has to sign in through Shopify again.'),
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof tokensSchema>;

export const loginResponseSchema = tokensSchema
  .extend({
    merchantId: z.number().int(),
    shopDomain: z.string(),
    isNew: z.boolean().describe('True for the sign-in that made the shop a merchant.'),
  })
  .meta({ id: 'LoginResponse' });
export type LoginResponse = z.infer<typeof loginResponseSchema>;

export const refreshRequestSchema = z
  .object({ refreshToken: z.string().min(1).max(200) })
  .meta({ id: 'RefreshRequest' });
export type RefreshRequest = z.infer<typeof refreshRequestSchema>;

export const rolesResponseSchema = z
  .object({ userId: z.number().int(), roles: z.array(roleSchema) })
  .meta({ id: 'RolesResponse' });
export type RolesResponse = z.infer<typeof rolesResponseSchema>;

/** One sign-in, by the `jti` of its token; all of one person; or everybody's. */
export const revokeRequestSchema = z
  .union([
    z.strictObject({ tokenId: z.uuid() }),
    z.strictObject({ userId: z.number().int().positive() }),
    z.strictObject({ everybody: z.literal(true) }),
  ])
  .meta({ id: 'RevokeRequest' });
export type RevokeRequest = z.infer<typeof revokeRequestSchema>;

export const revokeResponseSchema = z
  .object({ signIns: z.number().int().describe('How many sign-ins ended.') })
  .meta({ id: 'RevokeResponse' });
export type RevokeResponse = z.infer<typeof revokeResponseSchema>;
