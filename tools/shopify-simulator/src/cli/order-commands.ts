import {
  flag,
  list,
  number,
  option,
  present,
  several,
  text,
  toggle,
  UsageError,
  type Command,
  type Values,
} from './command.ts';
import { ofShop, pick, queryOf } from './shop-commands.ts';

const LINE = 'PRODUCT_ID or PRICE, with xQUANTITY: --line 12.50x2 (can be given several times)';

export const ORDER_COMMANDS: Command[] = [
  ofShop(
    'order list',
    'the newest orders',
    { limit: option('how many'), customer: option("only this one's") },
    ({ shop, values }) => ({
      method: 'GET',
      path: `${shop}/orders?${queryOf(values, ['limit', 'customer'])}`,
    }),
  ),
  ofShop(
    'order place',
    'a checkout (orders/create, orders/paid)',
    {
      customer: option('id of the customer; otherwise a guest'),
      email: option("the buyer's address"),
      amount: option('one line of this price'),
      line: several(LINE),
      'gift-card': option('a line with a gift card of this price'),
      code: option('discount code'),
      shipping: option('its price'),
      tax: option('rate, for example 0.19'),
      currency: option("instead of the shop's"),
      gateway: option('for example manual'),
      pending: toggle('not paid yet'),
      test: toggle('a test order'),
      tags: option('separated by commas'),
    },
    ({ shop, values }) => ({ method: 'POST', path: `${shop}/orders`, body: orderBody(values) }),
  ),
  withOrder('order show', 'one order', {}, ({ path }) => ({ method: 'GET', path })),
  withOrder('order pay', 'pays what is left (orders/paid)', {}, ({ path }) => ({
    method: 'POST',
    path: `${path}/pay`,
  })),
  withOrder('order fulfill', 'sends it (orders/fulfilled)', {}, ({ path }) => ({
    method: 'POST',
    path: `${path}/fulfill`,
  })),
  withOrder(
    'order cancel',
    'cancels it (orders/cancelled)',
    {
      reason: option('customer, declined, fraud, inventory, other or staff'),
      'keep-money': toggle('pay nothing back'),
    },
    ({ path, values }) => ({
      method: 'POST',
      path: `${path}/cancel`,
      body: present({ reason: text(values, 'reason'), refund: !flag(values, 'keep-money') }),
    }),
  ),
  withOrder(
    'order refund',
    'pays back (refunds/create)',
    {
      amount: option('what is paid back in all'),
      line: several('LINE_IDxQUANTITY'),
      shipping: option('of the shipping'),
      full: toggle('everything that is left'),
      force: toggle('even more than was paid'),
    },
    ({ path, values }) => ({
      method: 'POST',
      path: `${path}/refund`,
      body: present({
        ...pick(values, ['amount', 'shipping']),
        lines: quantities(values),
        full: flag(values, 'full'),
        force: flag(values, 'force'),
      }),
    }),
  ),
  withOrder(
    'order edit',
    'changes what was ordered (orders/edited)',
    { line: several('LINE_IDxNEW_QUANTITY'), add: several('PRODUCT_ID or PRICE, with xQUANTITY') },
    ({ path, values }) => ({
      method: 'POST',
      path: `${path}/edit`,
      body: present({ quantities: quantities(values), add: newLines(values, 'add') }),
    }),
  ),
  ofShop('discount list', 'the discounts', {}, ({ shop }) => ({ method: 'GET', path: `${shop}/discounts` })),
  {
    ...ofShop(
      'discount create',
      'a code of the merchant',
      {
        amount: option('this much off'),
        percentage: option('so many percent off'),
        'free-shipping': toggle('no shipping to pay'),
        'usage-limit': option('uses of the code'),
        minimum: option('subtotal from which it is good'),
      },
      ({ shop, given: [code], values }) => ({
        method: 'POST',
        path: `${shop}/discounts`,
        body: present({
          code,
          amount: text(values, 'amount'),
          percentage: number(values, 'percentage'),
          freeShipping: flag(values, 'free-shipping'),
          usageLimit: number(values, 'usage-limit'),
          minimumSubtotal: text(values, 'minimum'),
        }),
      }),
    ),
    needs: ['CODE'],
  },
  {
    ...ofShop(
      'discount check',
      'what a code does to a cart',
      { line: several(LINE), shipping: option('its price'), customer: option('id of the customer') },
      ({ shop, given: [code], values }) => ({
        method: 'POST',
        path: `${shop}/discounts/check`,
        body: present({
          code,
          lines: newLines(values, 'line'),
          shipping: text(values, 'shipping'),
          customerId: number(values, 'customer'),
        }),
      }),
    ),
    needs: ['CODE'],
  },
];

type MakeForOrder = (input: { path: string; values: Values }) => ReturnType<Command['call']>;

function withOrder(name: string, summary: string, options: Command['options'], call: MakeForOrder): Command {
  const make: Command['call'] = ({ shop, given: [order = ''], values }) =>
    call({ path: `${shop}/orders/${encodeURIComponent(order)}`, values });
  return { ...ofShop(name, summary, options, make), needs: ['ORDER'] };
}

function orderBody(values: Values): Record<string, unknown> {
  const giftCard = text(values, 'gift-card');
  const lines = newLines(values, 'line') ?? [];
  if (giftCard) lines.push({ title: 'Gift card', price: giftCard, quantity: 1, giftCard: true });
  return present({
    ...pick(values, ['email', 'amount', 'shipping', 'currency', 'gateway']),
    customerId: number(values, 'customer'),
    lines: lines.length > 0 ? lines : undefined,
    discountCode: text(values, 'code'),
    taxRate: number(values, 'tax'),
    paid: !flag(values, 'pending'),
    test: flag(values, 'test'),
    tags: list(values, 'tags'),
  });
}

/** Long numbers are ids of products, others prices. */
function newLines(values: Values, name: string): Record<string, unknown>[] | undefined {
  return given(values, name)?.map((line) => {
    const [what, quantity] = split(line, name);
    return /^\d{10,}$/.test(what) ? { productId: Number(what), quantity } : { title: 'Item', price: what, quantity };
  });
}

function quantities(values: Values): Record<string, unknown>[] | undefined {
  return given(values, 'line')?.map((line) => {
    const [lineId, quantity] = split(line, 'line');
    return { lineId: Number(lineId), quantity };
  });
}

function given(values: Values, name: string): string[] | undefined {
  const value = values[name];
  return Array.isArray(value) ? value : undefined;
}

function split(line: string, name: string): [what: string, quantity: number] {
  const match = /^(\d+(?:\.\d+)?)(?:x(\d+))?$/.exec(line);
  if (!match?.[1]) throw new UsageError(`--${name}: ${line} is not like 12.50x2`);
  return [match[1], Number(match[2] ?? 1)];
}
