import { seededRandom } from '../figures/random.ts';
import { ShopperSocket, type Arrival } from './shopper-socket.ts';
import type { FleetOrder, FleetAnswer, FleetReport } from './fleet.ts';

// A process that holds sockets: it is told what to open, and tells what it has and what came.

/** Pages that open at the same moment. */
const openingAtOnce = 100;
/** Different addresses of this machine that it connects from. */
const addresses = 8;

let sockets: ShopperSocket[] = [];
let arrivals: Arrival[] = [];

process.on('message', (order: FleetOrder) => {
  obey(order).then(
    (report) => process.send?.({ report } satisfies FleetAnswer),
    (error: Error) => process.send?.({ failure: error.stack ?? error.message } satisfies FleetAnswer),
  );
});
process.on('disconnect', () => process.exit(0));

async function obey(order: FleetOrder): Promise<FleetReport> {
  if (order.kind === 'open') await open(order);
  if (order.kind === 'close') for (const socket of sockets.splice(0)) socket.close();
  const taken = arrivals;
  arrivals = [];
  return {
    connected: sockets.filter(({ isConnected }) => isConnected).length,
    connections: sockets.reduce((sum, socket) => sum + socket.connections, 0),
    lost: sockets.reduce((sum, socket) => sum + socket.lost, 0),
    arrivals: taken.map(({ customer, transferId, orderId, atNs }) => [customer, transferId, orderId, String(atNs)]),
  };
}

async function open({ customers, serverUrl, secret, seed }: Extract<FleetOrder, { kind: 'open' }>): Promise<void> {
  const random = seededRandom(seed);
  const waiting = customers.map(
    (customer, index) =>
      new ShopperSocket({
        customer,
        serverUrl,
        secret,
        localAddress: process.platform === 'linux' ? `127.0.0.${2 + (index % addresses)}` : '127.0.0.1',
        random,
        onArrival: (arrival) => arrivals.push(arrival),
      }),
  );
  sockets = [...waiting];
  await Promise.all(
    Array.from({ length: openingAtOnce }, async () => {
      for (let socket = waiting.pop(); socket; socket = waiting.pop()) await socket.open();
    }),
  );
}
