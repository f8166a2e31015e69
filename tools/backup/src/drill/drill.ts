import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@loyalnest/dev/progress';
import { Bed } from '@loyalnest/load/bed/bed';
import { Checks } from '@loyalnest/load/crash/checks';
import { Senders } from '@loyalnest/load/crash/senders';
import { openShops } from '@loyalnest/load/crash/shops';
import { Traffic } from '@loyalnest/load/crash/traffic';
import { seededRandom } from '@loyalnest/load/figures/random';
import { fillLargeShop } from '@loyalnest/load/pages/shop/large-shop';
import { takeBackup } from '../base/take-backup.ts';
import { fingerprintMasterKeys } from '../master-keys.ts';
import { restoreInstance } from '../restore/restore-instance.ts';
import { verifyLedger, type Ledger } from '../restore/rehearse.ts';
import { ensureBackupKey, openTarget } from '../settings.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { killStream, startStream } from './stream-process.ts';

export type DrillOptions = {
  /** Of a shop with a year of orders, beside those that order meanwhile. */
  customers: number;
  /** How long orders flow after the backup, until the disaster. */
  afterBackupMs: number;
  seed: number;
  progress: Progress;
};

export type DrillResult = {
  ok: boolean;
  /** How long before the disaster the first thing was acknowledged that did not come back; 0 when all did. */
  recoveryPointSeconds: number;
  /** From the order to restore until the server answers again. */
  recoverySeconds: number;
  /** Of these: fetching and writing, PostgreSQL's recovery, and the start of both servers, whatever their size. */
  fetchSeconds: number;
  recoverSeconds: number;
  startSeconds: number;
  gigabytes: number;
  /** What 10 GB would take: the starts once, the rest by size. Undefined below half a gigabyte, which says nothing about ten. */
  secondsPer10Gb: number | undefined;
  backupSeconds: number;
  acknowledged: number;
  lost: number;
  ledger: Pick<Ledger, 'ok'> & { differences: number };
  target: string;
};

const recoveryPointGoalSeconds = 5;
const secondsPer10GbGoal = 60;
const gigabytesMin = 0.5;

/** Kills PostgreSQL, the server and the stream under load, loses the disk, restores, and compares. */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { progress } = options;
  progress.begin('PostgreSQL, the simulator and the server');
  const bed = await Bed.make();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void bed.remove().then(() => process.exit(130)));
  const environment = backupEnvironment(bed);
  let stream: ChildProcess | undefined;
  try {
    const load = await prepare(bed, options);
    ensureBackupKey(environment.BACKUP_KEY_FILE);
    const target = openTarget(bed.instance, { ...process.env, ...environment });

    stream = await startStream({ ...environment, DATABASE_URL: bed.ownerUrl });
    load.senders.start();
    const acknowledgements = new Acknowledgements(load.traffic);
    progress.begin('a backup, while orders flow');
    const backupMs = performance.now();
    await takeBackup({ databaseUrl: bed.ownerUrl, target, masterKeys: fingerprintMasterKeys(bed.instance, {}) });
    const backupSeconds = secondsSince(backupMs);
    progress.done(`a backup, while orders flow (${backupSeconds} s)`);
    await sleep(options.afterBackupMs);

    const killedMs = performance.now();
    await Promise.all([bed.kill('postgres', 'SIGKILL'), killStream(stream), bed.kill('server', 'SIGKILL')]);
    acknowledgements.stop();
    await load.senders.stop();
    rmSync(bed.instance.paths.postgres, { recursive: true });
    progress.done(
      `PostgreSQL, the server and the stream killed, the disk lost; ${load.traffic.acknowledged.length} deliveries acknowledged`,
    );

    const restored = await restoreAll(bed, { target, load, progress });
    const firstLostMs =
      restored.lost === 0
        ? undefined
        : await acknowledgements.firstLostAtMs(async ({ from, until }) => {
            const deliveries = load.traffic.acknowledged.slice(from.delivered, until.delivered);
            const taken = load.traffic.taken.slice(from.taken, until.taken);
            return (await load.checks.findLost(deliveries, taken)).length > 0;
          });
    progress.begin('does the ledger add up?');
    const ledger = await verifyLedger({ ownerUrl: bed.ownerUrl, roleSecret: bed.secrets.databaseRoleSecret });
    const recoveryPointSeconds = firstLostMs === undefined ? 0 : round((killedMs - firstLostMs) / 1_000);
    return judge({
      recoveryPointSeconds,
      backupSeconds,
      acknowledged: load.traffic.acknowledged.length,
      ledger: { ok: ledger.ok, differences: ledger.differences.length },
      target: target.address,
      ...restored,
    });
  } finally {
    if (stream) await killStream(stream);
    await clear(bed, environment);
    await bed.remove();
  }
}

type Load = { traffic: Traffic; senders: Senders; checks: Checks };

async function prepare(bed: Bed, { customers, seed, progress }: DrillOptions): Promise<Load> {
  await Promise.all([bed.startSimulator(), bed.startServer()]);
  const traffic = new Traffic({ shops: await openShops(bed), random: seededRandom(seed) });
  progress.done('PostgreSQL, the simulator and the server; two shops');
  if (customers > 0) {
    progress.begin('a large shop');
    await fillLargeShop(bed, { customers, now: new Date(), onProgress: (text) => progress.update(text) });
    progress.done(`a large shop of ${customers} customers`);
  }
  const { serverUrl } = bed.instance;
  const senders = new Senders({ serverUrl, secret: bed.secrets.shopifyClientSecret }, traffic);
  return { traffic, senders, checks: new Checks(bed.ownerUrl) };
}

type RestoredAll = Pick<
  DrillResult,
  'recoverySeconds' | 'fetchSeconds' | 'recoverSeconds' | 'startSeconds' | 'gigabytes' | 'lost'
>;

async function restoreAll(
  bed: Bed,
  { target, load, progress }: { target: SealedTarget; load: Load; progress: Progress },
): Promise<RestoredAll> {
  progress.begin('the restore');
  const startMs = performance.now();
  const onProgress = (text: string) => progress.update(text);
  const restored = await restoreInstance({
    instance: bed.instance,
    target,
    to: undefined,
    replaces: false,
    onProgress,
  });
  const restoredMs = performance.now();
  await bed.startPostgres();
  const untilDatabaseMs = performance.now() - startMs;
  // Before the server runs: it would take up what is under way, and what is lost must not come back by itself.
  const lost = await load.checks.findLost(load.traffic.acknowledged, load.traffic.taken);
  const serverMs = performance.now();
  await bed.startServer();
  const recoverySeconds = round((untilDatabaseMs + performance.now() - serverMs) / 1_000);
  progress.done(`restored and running again (${recoverySeconds} s)`);
  return {
    recoverySeconds,
    fetchSeconds: round(restored.fetchSeconds),
    recoverSeconds: round(restored.recoverSeconds),
    startSeconds: round(recoverySeconds - (restoredMs - startMs) / 1_000),
    gigabytes: restored.bytes / 1e9,
    lost: lost.length,
  };
}

function judge(measured: Omit<DrillResult, 'ok' | 'secondsPer10Gb'>): DrillResult {
  const { gigabytes, recoveryPointSeconds, fetchSeconds, recoverSeconds, startSeconds, ledger } = measured;
  const perGigabyte = (fetchSeconds + recoverSeconds) / gigabytes;
  const secondsPer10Gb = gigabytes < gigabytesMin ? undefined : round(startSeconds + perGigabyte * 10);
  const isFast = secondsPer10Gb === undefined || secondsPer10Gb <= secondsPer10GbGoal;
  const ok = ledger.ok && recoveryPointSeconds <= recoveryPointGoalSeconds && isFast;
  return { ok, ...measured, gigabytes: Math.round(gigabytes * 1_000) / 1_000, secondsPer10Gb };
}

/** A place of the drill's own: beside its database, or within the S3 target that is configured. */
function backupEnvironment({ instance }: Bed): {
  BACKUP_TARGET: string;
  BACKUP_KEY_FILE: string;
  LOYALNEST_HOME: string;
} {
  const { home } = instance;
  const configured = process.env['BACKUP_TARGET'];
  const isS3 = configured?.startsWith('s3://') ?? false;
  return {
    LOYALNEST_HOME: home,
    BACKUP_KEY_FILE: join(home, 'backup-key.json'),
    BACKUP_TARGET: isS3 ? `${configured?.replace(/\/+$/, '')}/drill-${process.pid}` : join(home, 'backups'),
  };
}

/** What is in the folder goes with it. */
async function clear(bed: Bed, environment: { BACKUP_TARGET: string; BACKUP_KEY_FILE: string }): Promise<void> {
  if (!environment.BACKUP_TARGET.startsWith('s3://')) return;
  const target = openTarget(bed.instance, { ...process.env, ...environment });
  await target.remove((await target.list('')).map(({ name }) => name));
}

function secondsSince(startMs: number): number {
  return round((performance.now() - startMs) / 1_000);
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
