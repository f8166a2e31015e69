import { UserError } from '@loyalnest/dev/errors';
import { demoShop } from '@loyalnest/dev/seed/seed';

/** Where the running copy's demo shop is, and whom the pictures show. */
export type DemoShop = {
  serverUrl: string;
  simulatorUrl: string;
  shop: string;
  customerId: number;
  customerEmail: string;
};

/** Who has the most points has most to show, and can take a reward. */
export async function findDemoShop(env: NodeJS.ProcessEnv): Promise<DemoShop> {
  const { SERVER_URL: serverUrl, SIMULATOR_URL: simulatorUrl } = env;
  if (!serverUrl || !simulatorUrl) {
    throw new UserError('pictures are taken of the simulated demo shop; this copy has none');
  }
  const shop = `${simulatorUrl}/control/shops/${demoShop}`;
  const { sessionToken } = await read<{ sessionToken: string }>(`${shop}/session-token`, { method: 'POST' });
  const richest = `${serverUrl}/v1/api/points/members?sort=available&order=desc&limit=1`;
  const { items } = await read<{ items: { customerId: number }[] }>(richest, {
    headers: { authorization: `Bearer ${sessionToken}` },
  });
  const [{ customerId } = { customerId: undefined }] = items;
  if (customerId === undefined) throw new UserError(`${demoShop} has no members yet`);
  const { email } = await read<{ email: string | null }>(`${shop}/customers/${customerId}`);
  if (email === null) throw new UserError(`customer ${customerId} of ${demoShop} has no e-mail to log in with`);
  return { serverUrl, simulatorUrl, shop: demoShop, customerId, customerEmail: email };
}

async function read<Body>(url: string, init: RequestInit = {}): Promise<Body> {
  const response = await fetch(url, init);
  if (!response.ok) throw new UserError(`${url} answers ${response.status}`);
  return (await response.json()) as Body;
}
