import { z } from 'zod';

const instant = z.iso.datetime();
const count = z.number().int();

export const ledgerCheckSchema = z.object({
  name: z.string().describe('As in `docs/ledger.md`, such as `balances`.'),
  checked: count.describe('Things looked at.'),
  differences: count,
});

export const ledgerProofSchema = z
  .object({
    ok: z.boolean(),
    at: instant,
    checks: z.array(ledgerCheckSchema),
    differences: z
      .array(z.object({ check: z.string(), message: z.string() }))
      .max(100)
      .describe('The first of them.'),
  })
  .meta({ id: 'LedgerProof' });
export type LedgerProof = z.infer<typeof ledgerProofSchema>;

export const ledgerHealthSchema = z
  .object({
    proof: ledgerProofSchema.nullable().describe('The last one; `null` before the first night.'),
    reconciliation: z
      .object({
        at: instant.describe('When orders were last compared with Shopify.'),
        checked: count,
        missed: count.describe('Orders whose webhook never came and that were posted then.'),
        failure: z.string().nullable(),
        watermark: instant.nullable().describe('Orders up to this `updated_at` have been compared.'),
      })
      .nullable(),
    events: z.object({
      waiting: count.describe('Events of this shop not yet with every listener.'),
      oldestSeconds: z.number().nullable(),
    }),
  })
  .meta({ id: 'LedgerHealth' });
export type LedgerHealth = z.infer<typeof ledgerHealthSchema>;
