import { flag, list, number, option, present, text, toggle, type Command } from './command.ts';

const shopFacts = {
  name: option('its name'),
  currency: option('three letters, for example USD'),
  timezone: option('for example Europe/Berlin'),
  plan: option('standard, advanced, plus or enterprise'),
};
const customerFacts = {
  email: option('its address'),
  phone: option('its number'),
  'first-name': option('its first name'),
  'last-name': option('its last name'),
  tags: option('separated by commas'),
  note: option('a note'),
};

export const SHOP_COMMANDS: Command[] = [
  command('shop list', 'all shops', {}, () => ({ method: 'GET', path: '/shops' })),
  {
    ...command('shop create', 'a new shop, with some products', shopFacts, ({ given: [domain], values }) => ({
      method: 'POST',
      path: '/shops',
      body: present({ domain, ...pick(values, ['name', 'currency', 'timezone', 'plan']) }),
    })),
    needs: ['DOMAIN'],
  },
  ofShop('shop show', 'a shop', {}, ({ shop }) => ({ method: 'GET', path: shop })),
  ofShop('shop update', 'changes a shop (shop/update)', shopFacts, ({ shop, values }) => ({
    method: 'PATCH',
    path: shop,
    body: pick(values, ['name', 'currency', 'timezone', 'plan']),
  })),
  ofShop('shop redact', 'sends shop/redact now, not 48 hours after uninstalling', {}, ({ shop }) => ({
    method: 'POST',
    path: `${shop}/redact`,
  })),
  ofShop(
    'install',
    'installs the app and opens it, as the merchant does',
    {
      scopes: option('instead of those of shopify.app.toml, separated by commas'),
      closed: toggle('do not open the app'),
    },
    ({ shop, values }) => ({
      method: 'POST',
      path: `${shop}/install`,
      body: present({ scopes: list(values, 'scopes'), open: !flag(values, 'closed') }),
    }),
  ),
  ofShop('open', 'opens the installed app again', {}, ({ shop }) => ({ method: 'POST', path: `${shop}/open` })),
  ofShop('addresses', 'where a browser finds the admin, the app in it, and the storefront', {}, ({ shop }) => ({
    method: 'GET',
    path: `${shop}/addresses`,
  })),
  ofShop('uninstall', 'uninstalls the app (app/uninstalled)', {}, ({ shop }) => ({
    method: 'POST',
    path: `${shop}/uninstall`,
  })),
  ofShop(
    'session-token',
    'a session token, good for one minute',
    { user: option('id of the member of staff') },
    ({ shop, values }) => ({
      method: 'POST',
      path: `${shop}/session-token`,
      body: present({ userId: number(values, 'user') }),
    }),
  ),
  ofShop('theme-block on', "switches the app's block on in the theme of the shop", {}, ({ shop }) => ({
    method: 'PUT',
    path: `${shop}/embed`,
    body: { enabled: true },
  })),
  ofShop('theme-block off', 'switches it off', {}, ({ shop }) => ({
    method: 'PUT',
    path: `${shop}/embed`,
    body: { enabled: false },
  })),
  ofShop('product list', 'the products', {}, ({ shop }) => ({ method: 'GET', path: `${shop}/products` })),
  {
    ...ofShop(
      'product create',
      'a new product',
      { price: option('for example 12.50'), 'gift-card': toggle('a gift card'), tags: option('separated by commas') },
      ({ shop, given: [title], values }) => ({
        method: 'POST',
        path: `${shop}/products`,
        body: present({
          title,
          price: text(values, 'price'),
          giftCard: flag(values, 'gift-card'),
          tags: list(values, 'tags'),
        }),
      }),
    ),
    needs: ['TITLE'],
  },
  ofShop(
    'customer list',
    'the newest customers',
    { limit: option('how many'), email: option('only this address') },
    ({ shop, values }) => ({
      method: 'GET',
      path: `${shop}/customers?${queryOf(values, ['limit', 'email'])}`,
    }),
  ),
  ofShop('customer create', 'a new customer (customers/create)', customerFacts, ({ shop, values }) => ({
    method: 'POST',
    path: `${shop}/customers`,
    body: customerBody(values),
  })),
  withCustomer('customer update', 'changes one (customers/update)', customerFacts, ({ path, values }) => ({
    method: 'PATCH',
    path,
    body: customerBody(values),
  })),
  withCustomer('customer show', 'one customer', {}, ({ path }) => ({ method: 'GET', path })),
  withCustomer('customer delete', 'deletes one (customers/delete)', {}, ({ path }) => ({ method: 'DELETE', path })),
  withCustomer('customer redact', 'sends customers/redact', {}, ({ path }) => ({
    method: 'POST',
    path: `${path}/redact`,
  })),
  withCustomer('customer data-request', 'sends customers/data_request', {}, ({ path }) => ({
    method: 'POST',
    path: `${path}/data-request`,
  })),
  {
    ...ofShop(
      'customer merge',
      'keeps the first, deletes the other (customers/merge)',
      {},
      ({ shop, given: [kept, other] }) => ({
        method: 'POST',
        path: `${shop}/customers/${kept}/merge`,
        body: { other: Number(other) },
      }),
    ),
    needs: ['CUSTOMER', 'OTHER'],
  },
];

type Make = Command['call'];

export function command(name: string, summary: string, options: Command['options'], call: Make): Command {
  return { name, summary, needs: [], ofShop: false, options, call };
}

export function ofShop(name: string, summary: string, options: Command['options'], call: Make): Command {
  return { ...command(name, summary, options, call), ofShop: true };
}

type MakeForCustomer = (input: { path: string; values: Parameters<Make>[0]['values'] }) => ReturnType<Make>;

function withCustomer(name: string, summary: string, options: Command['options'], call: MakeForCustomer): Command {
  const make: Make = ({ shop, given: [customer], values }) => call({ path: `${shop}/customers/${customer}`, values });
  return { ...ofShop(name, summary, options, make), needs: ['CUSTOMER'] };
}

function customerBody(values: Parameters<Make>[0]['values']): Record<string, unknown> {
  const { 'first-name': firstName, 'last-name': lastName, email, phone, note } = values;
  return present({ email, phone, firstName, lastName, note, tags: list(values, 'tags') });
}

/** The options that were given, as a query. */
export function queryOf(values: Parameters<Make>[0]['values'], names: string[]): string {
  return new URLSearchParams(pick(values, names) as Record<string, string>).toString();
}

export function pick(values: Parameters<Make>[0]['values'], names: string[]): Record<string, unknown> {
  return present(Object.fromEntries(names.map((name) => [name, values[name]])));
}
