import { z } from 'zod';
import { decimalString, programmeSettingsSchema } from '../programme.ts';
import { balanceSchema, historyPageSchema, redemptionSchema, rewardKindSchema } from './points.ts';

const shopifyId = z.number().int().positive();
const points = z.number().int();
const instant = z.iso.datetime();

/** An open reward, in what a visitor of the shop needs to know. Cheapest first. */
export const programmeRewardSchema = z
  .object({
    rewardId: z.number().int(),
    name: z.string(),
    kind: rewardKindSchema,
    points,
    amountMinor: z.number().int().nullable().describe('What a fixed amount takes off, or the dearest free shipping.'),
    minimumSpendMinor: z.number().int(),
    validDays: z.number().int().nullable().describe('Days a code works; `null`: until it is used.'),
  })
  .meta({ id: 'ProgrammeReward' });
export type ProgrammeReward = z.infer<typeof programmeRewardSchema>;

/** What the programme is, for anybody who looks at the shop. The same for all visitors, and good for a minute. */
export const programmeSchema = z
  .object({
    isOn: z.boolean(),
    currency: z.string().describe("ISO 4217; of every amount here and in the storefront's other answers."),
    pointsName: programmeSettingsSchema.shape.pointsName,
    purchase: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('rate'), rate: decimalString.describe('Points per whole unit of currency.') }),
        z.object({ kind: z.literal('fixed'), points: points.describe('Points per order.') }),
      ])
      .nullable()
      .describe('How an order earns; `null` while orders earn nothing.'),
    earnsWhen: z.enum(['created', 'paid', 'fulfilled']),
    approvalDays: z.number().int().describe('Days after the order until its points can be spent; 0: at once.'),
    signupPoints: points.nullable().describe('For opening an account; `null`: nothing.'),
    expiresAfterMonths: z.number().int().nullable().describe('Months until points expire; `null`: never.'),
    rewards: z.array(programmeRewardSchema),
  })
  .meta({ id: 'Programme' });
export type ProgrammeResponse = z.infer<typeof programmeSchema>;

/** Points of an order that cannot be spent yet. */
export const pendingOrderSchema = z
  .object({ orderId: shopifyId, orderName: z.string().nullable(), points, approveAt: instant.nullable() })
  .meta({ id: 'PendingOrder' });

export const memberRewardSchema = programmeRewardSchema
  .extend({
    isAffordable: z.boolean().describe('Whether the points suffice now.'),
    missingPoints: points.describe('Points still to be earned; 0 when affordable.'),
  })
  .meta({ id: 'MemberReward' });
export type MemberReward = z.infer<typeof memberRewardSchema>;

export const memberCodeSchema = redemptionSchema
  .extend({
    rewardName: z.string(),
    kind: rewardKindSchema,
    amountMinor: z.number().int().nullable(),
    minimumSpendMinor: z.number().int(),
  })
  .meta({ id: 'MemberCode' });
export type MemberCode = z.infer<typeof memberCodeSchema>;

/** Everything the storefront's panel shows to the customer who is signed in, as of one moment. */
export const memberPanelSchema = z
  .object({
    customerId: shopifyId,
    balance: balanceSchema,
    pending: z.array(pendingOrderSchema).max(50).describe('The next to be approved first.'),
    expiring: z
      .array(z.object({ points, at: instant }))
      .max(50)
      .describe('What expires within 90 days, soonest first.'),
    codes: z.array(memberCodeSchema).max(50).describe('Codes that work or are being made, newest first.'),
    rewards: z.array(memberRewardSchema).describe('Open rewards, cheapest first.'),
    history: historyPageSchema.describe('The first page of `/v1/api/points/history`.'),
  })
  .meta({ id: 'MemberPanel' });
export type MemberPanel = z.infer<typeof memberPanelSchema>;

/** `/v1/api/points/me`. `member` is `null` for a visitor who is not signed in to the shop. */
export const storefrontSchema = z
  .object({
    programme: programmeSchema,
    member: memberPanelSchema.nullable(),
    streamPosition: z
      .string()
      .describe(
        '`after` of the first hello on the stream: everything that this answer does not hold comes then. An update may tell again what it does hold; transfers have ids.',
      ),
  })
  .meta({ id: 'Storefront' });
export type StorefrontResponse = z.infer<typeof storefrontSchema>;
