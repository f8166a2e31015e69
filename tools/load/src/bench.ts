import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress } from '@loyalnest/dev/progress';
import { benchOrders } from './bench/bench-orders.ts';
import { describe, isPosted } from './bench/report.ts';
import { benchDashboard } from './pages/dashboard/bench-dashboard.ts';
import { describeDashboard, toDashboardJson } from './pages/dashboard/dashboard-report.ts';
import { benchStorefront, describeStorefront } from './pages/storefront/bench-storefront.ts';
import { benchSockets } from './sockets/bench-sockets.ts';
import { describeSockets, isToldOnce } from './sockets/socket-report.ts';
import { wholeNumber } from './whole-number.ts';

// Usage: bench.ts WHAT [--json] […]. With --json the last line of stdout is one object.
const usage = `usage: ./dev.sh bench orders [--json] [--seconds N] [--rounds N]
       ./dev.sh bench sockets [--json] [--sockets N]
       ./dev.sh bench dashboard [--json] [--runs N] [--customers N]
       ./dev.sh bench storefront [--json] [--runs N]`;
const secondsDefault = 5;
const roundsDefault = 5;
const socketsDefault = 10_000;
const runsDefault = 5;
const customersDefault = 100_000;

process.exitCode = await main(process.argv.slice(2));

async function main([what, ...argv]: string[]): Promise<number> {
  try {
    if (what === 'orders') return await orders(argv);
    if (what === 'sockets') return await sockets(argv);
    if (what === 'dashboard') return await dashboard(argv);
    if (what === 'storefront') return await storefront(argv);
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

function progressFor({ json }: { json?: boolean | undefined }) {
  return printedProgress(json ? process.stderr : process.stdout);
}
