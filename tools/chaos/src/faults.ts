import { setTimeout as sleep } from 'node:timers/promises';
import type { Toxic, Toxiproxy } from './toxiproxy/toxiproxy.ts';
import { signalFamily } from './whole/processes.ts';
import type { Target } from './whole/target.ts';

export const faultNames = ['refused', 'reset', 'latency', 'slow', 'stopped', 'killed'] as const;
export type FaultName = (typeof faultNames)[number];

type Fault = {
  /** How long it lasts. */
  seconds: number;
  begin: (target: Target, toxiproxy: Toxiproxy) => Promise<void>;
  end: (target: Target, toxiproxy: Toxiproxy) => Promise<void>;
};

/** What can be wrong with a target. A target is away when all of its proxies or processes are. */
export const faults: Record<FaultName, () => Fault> = {
  /** Nobody listens; connections that were open break. */
  refused: () => ({
    seconds: 6,
    begin: (target, toxiproxy) => each(target, (proxy) => toxiproxy.open(proxy, false)),
    end: (target, toxiproxy) => each(target, (proxy) => toxiproxy.open(proxy, true)),
  }),
  /**
   * What was asked is done, and the connection breaks instead of the answer; again and again, with time to connect anew
   * in between, because a connection that can never be made is another fault.
   */
  reset: () => ({ seconds: 6, ...repeated({ type: 'reset_peer', attributes: { timeout: 0 } }) }),
  latency: () => ({ seconds: 12, ...poisoned({ type: 'latency', attributes: { latency: 5_000, jitter: 0 } }) }),
  /** One byte a second; toxiproxy knows bandwidth in kilobytes only. */
  slow: () => ({
    seconds: 12,
    ...poisoned({ type: 'slicer', attributes: { average_size: 1, size_variation: 0, delay: 1_000_000 } }),
  }),
  /** Connections are taken, by the system, and nobody ever answers. */
  stopped: () => ({
    seconds: 20,
    begin: async (target) => target.pids().forEach((pid) => signalFamily(pid, 'SIGSTOP')),
    end: async (target) => target.pids().forEach((pid) => signalFamily(pid, 'SIGCONT')),
  }),
  killed: () => ({ seconds: 4, begin: (target) => target.kill(), end: (target) => target.restart() }),
};

function poisoned(toxic: Toxic): Pick<Fault, 'begin' | 'end'> {
  return {
    begin: (target, toxiproxy) => each(target, (proxy) => toxiproxy.poison(proxy, toxic)),
    end: (target, toxiproxy) => each(target, (proxy) => toxiproxy.cure(proxy)),
  };
}

const badMs = 300;
const goodMs = 700;

function repeated(toxic: Toxic): Pick<Fault, 'begin' | 'end'> {
  let isOver = false;
  let going = Promise.resolve();
  const { begin, end } = poisoned(toxic);
  const go = async (target: Target, toxiproxy: Toxiproxy) => {
    while (!isOver) {
      await begin(target, toxiproxy);
      await sleep(badMs);
      await end(target, toxiproxy);
      await sleep(goodMs);
    }
  };
  return {
    async begin(target, toxiproxy) {
      isOver = false;
      going = go(target, toxiproxy);
      // Whoever ends it hears of what went wrong.
      going.catch(() => undefined);
    },
    async end() {
      isOver = true;
      await going;
    },
  };
}

async function each(target: Target, work: (proxy: string) => Promise<void>): Promise<void> {
  await Promise.all(target.proxies.map(work));
}
