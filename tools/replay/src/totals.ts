import { totalsSchema, type TotalsResponse } from '@loyalnest/contracts/rest/points';
import { UserError } from '@loyalnest/dev/errors';
import type { ShopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';

/** A ledger of millions of transfers is summed in seconds. */
const answerTimeoutMs = 60_000;

/** The shop's points as the product's ledger has them, asked for as the shop's owner. */
export async function readTotals(
  control: ShopControl,
  { domain, serverUrl }: { domain: string; serverUrl: string },
): Promise<TotalsResponse> {
  const token = z.object({ sessionToken: z.string() });
  const { sessionToken } = await control.post(`/shops/${domain}/session-token`, {}, token);
  const response = await fetch(`${serverUrl}/v1/api/points/totals`, {
    headers: { authorization: `Bearer ${sessionToken}` },
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  if (response.ok) return totalsSchema.parse(await response.json());
  throw new UserError(`the server does not tell the points of ${domain}: it answers ${response.status}`);
}
