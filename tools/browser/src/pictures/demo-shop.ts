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

type Order = { customerId: number | null; email: string | null };

/** The customer with the most orders is who has most to show; of several, the one with the lowest id. */
export async function findDemoShop(env: NodeJS.ProcessEnv): Promise<DemoShop> {
  const { SERVER_URL: serverUrl, SIMULATOR_URL: simulatorUrl } = env;
  if (!serverUrl || !simulatorUrl)
    throw new UserError('pictures are taken of the simulated demo shop; this copy has none');
  const response = await fetch(`${simulatorUrl}/control/shops/${demoShop}/orders?limit=1000`);
  if (!response.ok) throw new UserError(`the simulator does not know ${demoShop}`);
  const { orders } = (await response.json()) as { orders: Order[] };
  const [most] = [...Map.groupBy(orders, ({ customerId }) => customerId).values()].sort(
    (a, b) => b.length - a.length || (a[0]?.customerId ?? 0) - (b[0]?.customerId ?? 0),
  );
  const [{ customerId, email } = { customerId: null, email: null }] = most ?? [];
  if (customerId === null || email === null) throw new UserError(`${demoShop} has no orders of customers`);
  return { serverUrl, simulatorUrl, shop: demoShop, customerId, customerEmail: email };
}
