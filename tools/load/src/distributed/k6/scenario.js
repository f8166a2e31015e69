import crypto from 'k6/crypto';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

// Runs in k6, not in Node: shops that sell, shoppers who look at their balance, and pages that stay open and hear of orders.

// Read once and shared: k6 gives each of its users a copy of everything else.
const read = (name) => new SharedArray(name, () => JSON.parse(open(__ENV.SCENARIO))[name]);
const shoppers = read('shoppers');
const bodies = read('bodies');
const [{ serverUrl, sample, ordersPerHour, sockets, seconds, firstOrderId }] = read('settings');
const secret = __ENV.SECRET;

/** Looks at the balance for each order. */
const looksPerOrder = 10;
/** One order in so many is of a shopper whose page is open. */
const listenedEvery = 10;
/** Shoppers so far apart in the list have their pages open, until the last order came and some time after. */
const listenerStep = shoppers.length / sockets;
const openSeconds = 3 + sockets / 200;
const lingerSeconds = 3;

const arrivals = {
  executor: 'constant-arrival-rate',
  timeUnit: '1h',
  duration: `${seconds}s`,
  startTime: `${openSeconds}s`,
};
const workers = { preAllocatedVUs: 10, maxVUs: 50 };

export const options = {
  scenarios: {
    sockets: { executor: 'per-vu-iterations', vus: sockets, iterations: 1, exec: 'listen', maxDuration: '10m' },
    orders: { ...arrivals, ...workers, rate: ordersPerHour, exec: 'order' },
    balances: { ...arrivals, ...workers, rate: ordersPerHour * looksPerOrder, exec: 'look' },
  },
  // They judge nothing: k6 keeps figures of a scenario by itself only if something is said about them.
  thresholds: {
    'http_req_duration{scenario:orders}': ['max>=0'],
    'http_req_duration{scenario:balances}': ['max>=0'],
    'http_reqs{scenario:orders}': ['count>=0'],
    'http_reqs{scenario:balances}': ['count>=0'],
  },
  summaryTrendStats: ['med', 'p(99)', 'max'],
};

const acknowledged = new Counter('orders_acknowledged');
const refused = new Counter('refused');
const listened = new Counter('orders_listened');
const welcomed = new Counter('sockets_welcomed');
const updates = new Counter('updates');

export function order() {
  const nth = exec.scenario.iterationInTest;
  const index =
    nth % listenedEvery === 0
      ? ((nth / listenedEvery) % sockets) * listenerStep
      : Math.floor(Math.random() * shoppers.length);
  const { customerId, shopDomain } = shoppers[index];
  const orderId = String(firstOrderId + nth);
  const body = bodies[nth % bodies.length]
    .replaceAll(sample.orderId, orderId)
    .replaceAll(sample.customerId, customerId)
    .replaceAll(sample.shopDomain, shopDomain);
  const response = http.post(`${serverUrl}/webhooks/shopify`, body, {
    headers: {
      'Content-Type': 'application/json',
      'X-Shopify-Topic': 'orders/paid',
      'X-Shopify-Shop-Domain': shopDomain,
      'X-Shopify-API-Version': '2026-10',
      'X-Shopify-Webhook-Id': `b1946ac9-2f1e-4a6b-9c11-${orderId}`,
      'X-Shopify-Event-Id': `98880550-7158-44d4-b7cd-${orderId}`,
      'X-Shopify-Triggered-At': new Date().toISOString(),
      'X-Shopify-Hmac-Sha256': crypto.hmac('sha256', secret, body, 'base64'),
    },
  });
  if (response.status !== 200) return refused.add(1);
  acknowledged.add(1);
  if (index % listenerStep === 0) listened.add(1);
}

export function look() {
  const shopper = shoppers[Math.floor(Math.random() * shoppers.length)];
  const response = http.get(`${serverUrl}/v1/api/points/balance?${signed(shopper)}`, { tags: { name: 'balance' } });
  if (response.status !== 200) refused.add(1);
}

export function listen() {
  const shopper = shoppers[exec.scenario.iterationInTest * listenerStep];
  const response = http.get(`${serverUrl}/v1/api/points/stream-token?${signed(shopper)}`, { tags: { name: 'token' } });
  if (response.status !== 200) return refused.add(1);
  const { url, token } = response.json();
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ type: 'hello', token, after: null }));
    setTimeout(() => socket.close(), (openSeconds + seconds + lingerSeconds) * 1_000);
  });
  socket.addEventListener('message', ({ data }) => {
    const { type } = JSON.parse(data);
    if (type === 'welcome') welcomed.add(1);
    if (type === 'update') updates.add(1);
  });
}

export function handleSummary({ metrics }) {
  return { [__ENV.SUMMARY]: JSON.stringify(metrics) };
}

/** As Shopify's app proxy signs. */
function signed({ customerId, shopDomain }) {
  const parameters = [
    ['logged_in_customer_id', customerId],
    ['path_prefix', '/apps/loyalnest'],
    ['shop', shopDomain],
    ['timestamp', Math.floor(Date.now() / 1_000)],
  ];
  const signature = crypto.hmac(
    'sha256',
    secret,
    parameters.map(([name, value]) => `${name}=${value}`).join(''),
    'hex',
  );
  return [...parameters, ['signature', signature]]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
