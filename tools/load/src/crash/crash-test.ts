import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@loyalnest/dev/progress';
import { Bed } from '../bed/bed.ts';
import { waitUntilDelivered } from '../bed/outbox.ts';
import { seededRandom } from '../figures/random.ts';
import { Checks } from './checks.ts';
import { Senders } from './senders.ts';
import { openShops } from './shops.ts';
import { Traffic } from './traffic.ts';

export type CrashTestOptions = { rounds: number; seed: number; progress: Progress };

export type CrashTestResult = {
  rounds: number;
  /** Deliveries answered 200, each counted once. */
  acknowledged: number;
  lost: number;
  doubled: number;
  differences: number;
  orders: number;
  redemptions: number;
  redelivered: number;
  serverKills: number;
  postgresKills: number;
  /** Answers other than 2xx, by status. */
  refused: Record<number, number>;
  seconds: number;
  seed: number;
  /** What was found, in words; the first of it. */
  findings: string[];
};

/** How long a round's load lasts before something is killed. */
const loadMinMs = 40;
const loadMaxMs = 700;
/** The server meets a PostgreSQL that is away for so long at most. */
const awayMaxMs = 300;
/** Whom a round kills: mostly the server, and of the rest sometimes PostgreSQL alone. */
const serverShare = 0.8;
const postgresAloneShare = 0.7;
/** A redemption that died half way is free for another try after half a minute; later ones might not end in time. */
const redemptionRoundsShare = 2 / 3;
const finishTimeoutMs = 60_000;
const findingsMax = 20;

/** Loads the door, kills what is behind it at random instants, and looks for what was acknowledged and is gone. */
export async function crashTest({ rounds, seed, progress }: CrashTestOptions): Promise<CrashTestResult> {
  const startMs = performance.now();
  progress.begin('PostgreSQL, the simulator and the server');
  const bed = await Bed.make();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void bed.remove().then(() => process.exit(130)));
  try {
    await Promise.all([bed.startSimulator(), bed.startServer()]);
    const random = seededRandom(seed);
    const traffic = new Traffic({ shops: await openShops(bed), random });
    const { serverUrl } = bed.instance;
    const senders = new Senders({ serverUrl, secret: bed.secrets.shopifyClientSecret }, traffic);
    const test: CrashTest = {
      bed,
      random,
      traffic,
      senders,
      checks: new Checks(bed.ownerUrl),
      kills: { server: 0, postgres: 0 },
    };
    progress.done('PostgreSQL, the simulator and the server; two shops');

    const lost: string[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress.begin(`round ${round} of ${rounds}: ${traffic.acknowledged.length} acknowledged, ${lost.length} lost`);
      traffic.takesRewards = round <= rounds * redemptionRoundsShare;
      lost.push(...(await runRound(test)));
    }
    progress.done(`${rounds} rounds: ${traffic.acknowledged.length} acknowledged, ${lost.length} lost`);

    progress.begin('telling again what was not answered, then comparing');
    const { doubled, differences, ...final } = await settle(test);
    lost.push(...final.lost);
    return {
      rounds,
      acknowledged: new Set(traffic.acknowledged.map(({ webhookId }) => webhookId)).size,
      lost: lost.length,
      doubled: doubled.length,
      differences: differences.length,
      orders: traffic.orders.length,
      redemptions: traffic.taken.length,
      redelivered: traffic.redelivered,
      serverKills: test.kills.server,
      postgresKills: test.kills.postgres,
      refused: senders.refused,
      seconds: Math.round((performance.now() - startMs) / 1_000),
      seed,
      findings: [...lost, ...doubled, ...differences].slice(0, findingsMax),
    };
  } finally {
    await bed.remove();
  }
}

type CrashTest = {
  bed: Bed;
  random: () => number;
  traffic: Traffic;
  senders: Senders;
  checks: Checks;
  kills: { server: number; postgres: number };
};

/** Returns what this round's answers promised and PostgreSQL does not have. */
async function runRound(test: CrashTest): Promise<string[]> {
  const { bed, random, traffic, senders, checks, kills } = test;
  const before = { acknowledged: traffic.acknowledged.length, taken: traffic.taken.length };
  const killsServer = random() < serverShare;
  const killsPostgres = !killsServer;
  const killsBoth = killsPostgres && random() > postgresAloneShare;

  senders.start();
  await sleep(loadMinMs + random() * (loadMaxMs - loadMinMs));
  if (killsServer || killsBoth) {
    await bed.kill('server', 'SIGKILL');
    kills.server += 1;
  }
  if (killsPostgres) {
    await bed.kill('postgres', random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
    kills.postgres += 1;
    if (!killsBoth) await sleep(random() * awayMaxMs);
  }
  await senders.stop();
  if (killsPostgres) await bed.startPostgres();
  // Now, before anything is told again: a repetition would bring back what was lost.
  const lost = await checks.findLost(
    traffic.acknowledged.slice(before.acknowledged),
    traffic.taken.slice(before.taken),
  );
  if (killsServer || killsBoth) await bed.startServer();
  return lost;
}

async function settle({ bed, traffic, senders, checks }: CrashTest) {
  await senders.finish(performance.now() + finishTimeoutMs);
  await waitUntilDelivered(bed.ownerUrl);
  const { lost, doubled } = await checks.compareOrders(traffic.orders);
  const differences = await checks.findDifferences(bed.databaseUrlOf('points'));
  if (traffic.openCount > 0) differences.push(`${traffic.openCount} requests were not answered to the end`);
  return { lost, doubled, differences };
}
