import { customerCount, customerIdBase, zipfGuard, zipfStep } from '../orders/population.ts';
import { sampleIds, type Statement } from './recording.ts';

export type PgbenchScript = { text: string; variables: Readonly<Record<string, string>> };

/** pgbench's `int` rounds to the nearest. */
const floorShift = 0.5;
/** Orders per client and run, at most. */
const ordersPerClientMax = 100_000_000;

/** Draws a customer and the merchant it belongs to, as `population.ts` does. */
const drawShopper = `\\set customer random(0, ${customerCount - 1})
\\set merchant_id int(exp(:customer * ${zipfStep}) + ${zipfGuard} - ${floorShift})
\\set customer_id ${customerIdBase} + :customer`;

/**
 * The recorded statements of one order as a pgbench transaction, one order each. As in the server the merchant is stated
 * in the same round trip as `begin`; `set` takes no parameters, so that is `set_config` here.
 */
export function orderScript(statements: readonly Statement[], firstOrderId: number): PgbenchScript {
  const variables: Record<string, string> = { nth: '0' };
  const texts = statements.map(({ text, values }, index) => fillIn(text, values, { prefix: `s${index}`, variables }));
  const text = `${drawShopper}
\\set nth :nth + 1
\\set order_id ${firstOrderId} + :client_id * ${ordersPerClientMax} + :nth
\\set transfer_id :order_id
\\startpipeline
begin;
select set_config('loyalnest.merchant_ids', :merchant_id::text, true);
\\endpipeline
${texts.map((statement) => `${statement.trim()};`).join('\n')}
commit;
`;
  return { text, variables };
}

/** The rows that the answer to one customer is made of, by their keys: the balance and the lot that expires soonest. */
export const balanceScript: PgbenchScript = {
  text: `${drawShopper}
select pending, available, held, expiring.remaining, expiring.expires_at
from points.customer_balances as balance
left join lateral (
  select remaining, expires_at from points.lots
  where lots.merchant_id = balance.merchant_id and lots.customer_id = balance.customer_id
    and remaining > 0 and expires_at is not null
  order by expires_at limit 1
) as expiring on true
where balance.merchant_id = :merchant_id and balance.customer_id = :customer_id;
`,
  variables: {},
};

/** Puts what pgbench calls a parameter in the place of each `$n`. */
function fillIn(
  text: string,
  values: readonly string[],
  { prefix, variables }: { prefix: string; variables: Record<string, string> },
): string {
  return text.replace(/\$(\d+)/g, (_, digits: string) => {
    const value = values[Number(digits) - 1];
    if (value === undefined) throw new Error(`parameter ${digits} is missing`);
    const varying = varyingArray(value);
    if (varying !== undefined) return varying;
    const name = `${prefix}p${digits}`;
    variables[name] = value;
    return `:${name}`;
  });
}

/**
 * pgbench varies numbers only, so an array whose element changes from order to order is made in the statement:
 * `array[:order_id]` for `{69…}`, `array['order/' || :order_id || '/earn']` for `{"order/69…/earn"}`. Undefined for what
 * may stay as it was recorded: whatever names no id, and JSON, where other ids of the same length make no difference.
 */
export function varyingArray(value: string): string | undefined {
  const element = /^\{"?([^{}"]*)"?\}$/.exec(value)?.[1];
  if (element === undefined) return undefined;
  const names = Object.entries(sampleIds).map(([name, id]) => ({ name, id: String(id) }));
  const whole = names.find(({ id }) => id === element);
  if (whole) return `array[:${whole.name}]`;
  const pattern = new RegExp(`(${names.map(({ id }) => id).join('|')})`);
  const pieces = element.split(pattern).filter((piece) => piece !== '');
  if (pieces.length < 2) return undefined;
  return `array[${pieces
    .map((piece) => {
      const name = names.find(({ id }) => id === piece)?.name;
      return name ? `:${name}::text` : `'${piece}'`;
    })
    .join(' || ')}]`;
}
