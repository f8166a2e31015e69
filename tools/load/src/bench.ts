import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { benchOrders } from './bench/bench-orders.ts';
import { describe, isPosted } from './bench/report.ts';
import { benchDistributed } from './distributed/bench-distributed.ts';
import { describeDistributed, isWhole } from './distributed/distributed-report.ts';
import { benchEvents, type EventFigures } from './events/bench-events.ts';
import { benchDashboard } from './pages/dashboard/bench-dashboard.ts';
import { describeDashboard, toDashboardJson } from './pages/dashboard/dashboard-report.ts';
import { benchStorefront, describeStorefront } from './pages/storefront/bench-storefront.ts';
import { benchSockets } from './sockets/bench-sockets.ts';
import { describeSockets, isToldOnce } from './sockets/socket-report.ts';
import { wholeNumber } from './whole-number.ts';

// Usage: bench.ts WHAT [--json] […]. With --json the last line of stdout is one object.
const usage = `usage: ./dev.sh bench orders [--json] [--seconds N] [--rounds N]
       ./dev.sh bench distributed [--json] [--seconds N] [--rounds N]
       ./dev.sh bench sockets [--json] [--sockets N]
       ./dev.sh bench dashboard [--json] [--runs N] [--customers N]
       ./dev.sh bench storefront [--json] [--runs N]
       ./dev.sh bench events [--json] [--events N] [--seconds N]`;
const secondsDefault = 5;
const roundsDefault = 5;
const distributedRoundsDefault = 3;
const socketsDefault = 10_000;
const runsDefault = 5;
const customersDefault = 100_000;
const eventsDefault = 200_000;
const eventSecondsDefault = 10;

process.exitCode = await main(process.argv.slice(2));

async function main([what, ...argv]: string[]): Promise<number> {
  try {
    if (what === 'orders') return await orders(argv);
    if (what === 'distributed') return await distributed(argv);
    if (what === 'sockets') return await sockets(argv);
    if (what === 'dashboard') return await dashboard(argv);
    if (what === 'storefront') return await storefront(argv);
    if (what === 'events') return await events(argv);
    throw new UserError(usage, 2);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`dev.sh: ${error.message}\n`);
    return error.exitCode;
  }
}

async function orders(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', seconds: 'string', rounds: 'string' });
  const figures = await benchOrders({
    seconds: wholeNumber('seconds', values.seconds, secondsDefault),
    rounds: wholeNumber('rounds', values.rounds, roundsDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describe(figures));
  return isPosted(figures) ? 0 : 1;
}

async function distributed(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', seconds: 'string', rounds: 'string' });
  const figures = await benchDistributed({
    seconds: wholeNumber('seconds', values.seconds, secondsDefault),
    rounds: wholeNumber('rounds', values.rounds, distributedRoundsDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describeDistributed(figures));
  return isWhole(figures) ? 0 : 1;
}

async function sockets(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', sockets: 'string' });
  const figures = await benchSockets({
    sockets: wholeNumber('sockets', values.sockets, socketsDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describeSockets(figures));
  return isToldOnce(figures) ? 0 : 1;
}

async function dashboard(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', runs: 'string', customers: 'string' });
  const figures = await benchDashboard({
    runs: wholeNumber('runs', values.runs, runsDefault),
    customers: wholeNumber('customers', values.customers, customersDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(toDashboardJson(figures))}\n` : describeDashboard(figures));
  return 0;
}

async function storefront(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', runs: 'string' });
  const figures = await benchStorefront({
    runs: wholeNumber('runs', values.runs, runsDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describeStorefront(figures));
  return 0;
}

async function events(argv: string[]): Promise<number> {
  const { values } = parseOptions(argv, { json: 'boolean', events: 'string', seconds: 'string' });
  const figures = await benchEvents({
    events: wholeNumber('events', values.events, eventsDefault),
    seconds: wholeNumber('seconds', values.seconds, eventSecondsDefault),
    progress: progressFor(values),
  });
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : describeEvents(figures));
  return figures.missing === 0 && figures.outOfOrder === 0 ? 0 : 1;
}

function describeEvents({ latency, ...figures }: EventFigures): string {
  return `outbox to Kafka      ${Math.round(figures.relayPerSecond)} events/s (wanted: 15000)
Kafka to listener    ${Math.round(figures.listenerPerSecond)} events/s
commit to listener   p50 ${latency.p50Ms.toFixed(1)} ms, p99 ${latency.p99Ms.toFixed(1)} ms (wanted: 100) at ${figures.ratePerSecond} events/s
missing ${figures.missing}, twice or out of order ${figures.outOfOrder}, of ${figures.events} events
`;
}

function progressFor({ json }: { json?: boolean | undefined }) {
  return printedProgress(json ? process.stderr : process.stdout);
}
