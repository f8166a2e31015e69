import { latenciesOf } from '../figures/statistics.ts';
import { customerIdOf } from '../orders/population.ts';
import type { FleetReport } from './fleet.ts';

/** What a socket may weigh. */
const kbPerSocketMax = 12;

export type SocketFigures = {
  sockets: number;
  kbPerSocket: number;
  /** From the answer to an order's webhook, which follows its commit, to the update at the shopper; 0 for one that was there first. */
  p50Ms: number;
  p99Ms: number;
  /** The same from the moment when the webhook is sent: posting the order is in it. */
  p50FromOrderMs: number;
  p99FromOrderMs: number;
  /** Transfers in the ledger of those who have a socket. */
  updatesExpected: number;
  /** Of them, those that arrived at whom they concern. */
  updatesReceived: number;
  /** Updates that arrived again, or at somebody else. */
  repeated: number;
  misdirected: number;
  /** Sockets that were open at the end. */
  connected: number;
  /** Sockets that were told to read anew. */
  lost: number;
  /** Orders that had to be sent again because the server was killed. */
  ordersResent: number;
};

export function tally(measured: {
  sockets: number;
  kbPerSocket: number;
  /** Customer of each transfer. */
  expected: ReadonlyMap<number, number>;
  arrivals: FleetReport['arrivals'];
  connected: number;
  lost: number;
  calm: { sentNs: ReadonlyMap<number, bigint>; answeredNs: ReadonlyMap<number, bigint> };
  resent: number;
}): SocketFigures {
  const heard = new Set<number>();
  const fromOrderMs: number[] = [];
  const fromAnswerMs: number[] = [];
  let repeated = 0;
  let misdirected = 0;
  for (const [customer, transferId, orderId, atNs] of measured.arrivals) {
    if (measured.expected.get(transferId) !== customerIdOf(customer)) misdirected += 1;
    else if (heard.has(transferId)) repeated += 1;
    else heard.add(transferId);
    const [sentNs, answeredNs] = [measured.calm.sentNs.get(orderId ?? 0), measured.calm.answeredNs.get(orderId ?? 0)];
    if (sentNs === undefined || answeredNs === undefined) continue;
    fromOrderMs.push(Number(BigInt(atNs) - sentNs) / 1e6);
    fromAnswerMs.push(Math.max(0, Number(BigInt(atNs) - answeredNs) / 1e6));
  }
  const [fromAnswer, fromOrder] = [latenciesOf(fromAnswerMs), latenciesOf(fromOrderMs)];
  return {
    sockets: measured.sockets,
    kbPerSocket: rounded(measured.kbPerSocket),
    p50Ms: rounded(fromAnswer.p50Ms),
    p99Ms: rounded(fromAnswer.p99Ms),
    p50FromOrderMs: rounded(fromOrder.p50Ms),
    p99FromOrderMs: rounded(fromOrder.p99Ms),
    updatesExpected: measured.expected.size,
    updatesReceived: heard.size,
    repeated,
    misdirected,
    connected: measured.connected,
    lost: measured.lost,
    ordersResent: measured.resent,
  };
}

/** Whether everybody heard everything that concerns him, and nothing else. Updates must have been expected at all. */
export function isToldOnce(figures: SocketFigures): boolean {
  const { updatesExpected, updatesReceived, repeated, misdirected } = figures;
  return updatesExpected > 0 && updatesReceived === updatesExpected && repeated === 0 && misdirected === 0;
}

export function describeSockets(f: SocketFigures): string {
  const mark = (isMet: boolean) => (isMet ? '✓' : '✗');
  return [
    `  ${mark(f.kbPerSocket <= kbPerSocketMax)} ${f.sockets} sockets, ${f.kbPerSocket} kB each (at most ${kbPerSocketMax})\n`,
    `  ✓ order posted → update heard: p50 ${f.p50Ms} ms, p99 ${f.p99Ms} ms; from its webhook on: p50 ${f.p50FromOrderMs} ms, p99 ${f.p99FromOrderMs} ms\n`,
    `  ${mark(isToldOnce(f))} ${f.updatesReceived} of ${f.updatesExpected} updates heard, ${f.repeated} repeated, ${f.misdirected} misdirected; ${f.lost} sockets read anew\n`,
  ].join('');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
