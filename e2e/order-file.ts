import { createRandom } from '@loyalnest/dev/seed/random';

const start = Date.parse('2025-01-01T00:00:00Z');
const minute = 60_000;

/** A plausible shop's file: many customers, repeat orders, refunds in part and in full, cancellations; the same each time. */
export function generateFile({ seed, orders, customers }: { seed: number; orders: number; customers: number }): string {
  const random = createRandom(seed);
  const rows: { at: number; text: string }[] = [];
  for (let index = 0; index < orders; index += 1) {
    const at = start + (index + random.below(3)) * minute;
    // Some come again and again, most once or twice.
    const customer = `c${Math.floor(customers * random.fraction() ** 2)}`;
    const cents = random.below(20) === 0 ? random.below(100) : 100 + random.below(25_000);
    const add = (kind: string, later: number, amount: string, quantity: number) => {
      const time = new Date(at + later).toISOString();
      rows.push({ at: at + later, text: `${kind},${index + 1},${customer},${time},USD,${amount},${quantity}` });
    };
    add('order', 0, euros(cents), 1 + random.below(5));
    const fate = random.below(100);
    if (fate < 4) add('cancel', minute * 90, '', 0);
    else if (fate < 8) add('refund', minute * 500, euros(cents), 1);
    else if (fate < 16) {
      const first = random.below(cents + 1);
      add('refund', minute * 100, euros(first), 1);
      if (fate < 12) add('refund', minute * 200, euros(random.below(cents - first + 1)), 1);
      if (fate < 9) add('cancel', minute * 300, '', 0);
    }
  }
  rows.sort((a, b) => a.at - b.at);
  return ['kind,order_id,customer_id,at,currency,amount,quantity', ...rows.map(({ text }) => text), ''].join('\n');
}

function euros(cents: number): string {
  return (cents / 100).toFixed(2);
}
