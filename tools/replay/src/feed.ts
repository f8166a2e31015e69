import { UserError } from '@loyalnest/dev/errors';
import type { ShopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';
import type { Deliveries, DeliveryState } from './deliveries.ts';
import type { ReplayOptions } from './options.ts';
import { readRows } from './order-file.ts';
import type { Row } from './row.ts';

/** Rows of one request to the simulator, which takes up to 5,000. */
const rowsPerRequest = 2_500;
/** Deliveries that may be open before the next rows are handed over: two requests' worth keep the courier busy. */
const openMax = 5_000;
/** A slow rate moves seldom; after so many missed deliveries nothing moves. */
const missedMax = 10;
const stallMinMs = 90_000;

const answer = z.object({ rejected: z.array(z.object({ index: z.number(), reason: z.string() })) });

type Feed = {
  control: ShopControl;
  deliveries: Deliveries;
  options: ReplayOptions;
  /** Rows handed over, and what became of their deliveries. */
  onProgress: (rowsSent: number, state: DeliveryState) => void;
};

/** Hands the file's rows over and waits until the last webhook is delivered. Throws `UserError` for a row that the shop refuses. */
export async function feedFile({ control, deliveries, options, onProgress }: Feed): Promise<DeliveryState> {
  const { file, shop, ratePerSecond, duplicate, reorder } = options;
  const deliver = { duplicate, reorder, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) };
  const stallMs = ratePerSecond === undefined ? stallMinMs : Math.max(stallMinMs, (missedMax / ratePerSecond) * 1_000);
  const repeats = new Repeats();
  let rowsSent = 0;
  const onState = (state: DeliveryState) => onProgress(rowsSent, state);

  for await (const rows of requestsOf(file)) {
    await deliveries.waitUntilOpen(openMax, { stallMs, onState });
    const body = { rows: rows.map((row) => bodyOf(row, repeats)), deliver };
    const { rejected } = await control.post(`/shops/${shop}/bulk`, body, answer);
    assertTaken(rejected, { rows, shop });
    rowsSent += rows.length;
  }
  return deliveries.waitUntilOpen(0, { stallMs, onState });
}

async function* requestsOf(file: string): AsyncGenerator<Row[]> {
  let waiting: Row[] = [];
  for await (const rows of readRows(file)) {
    waiting = waiting.concat(rows);
    while (waiting.length >= rowsPerRequest) yield waiting.splice(0, rowsPerRequest);
  }
  if (waiting.length > 0) yield waiting;
}

function bodyOf(row: Row, repeats: Repeats) {
  const { kind, orderId, customerId, at, currency, amount, quantity } = row;
  return {
    kind,
    order_id: orderId,
    customer_id: customerId,
    at,
    currency,
    amount,
    quantity,
    ...(kind === 'refund' ? { occurrence: repeats.count(row) } : {}),
  };
}

/** Refunds have no id in the file: two equal rows are two refunds, the same two whenever the file is read. */
class Repeats {
  readonly #seen = new Map<string, number>();

  /** 1 for the first such row. */
  count({ orderId, at, amountMinor, quantity }: Row): number {
    const key = `${orderId}/${Date.parse(at)}/${amountMinor}/${quantity}`;
    const occurrence = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, occurrence);
    return occurrence;
  }
}

function assertTaken(rejected: { index: number; reason: string }[], of: { rows: readonly Row[]; shop: string }): void {
  const [first] = rejected;
  if (!first) return;
  const more = rejected.length > 1 ? `, and ${rejected.length - 1} more rows` : '';
  throw new UserError(
    `line ${of.rows[first.index]?.line}: ${of.shop} refuses it: ${first.reason}${more}; another file needs another --shop`,
  );
}
