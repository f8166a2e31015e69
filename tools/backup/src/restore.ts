import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { findHome, findInstance, type Instance } from '@loyalnest/dev/instance';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress, tookSince, type Progress } from '@loyalnest/dev/progress';
import { megabytes, parseMoment, print, runCommand } from './command-line.ts';
import { describeMissingKeys, fingerprintMasterKeys } from './master-keys.ts';
import { formatLsn } from './postgres/lsn.ts';
import { describeHole, restoreFolder, type Unpacked } from './restore/restore-folder.ts';
import { restoreInstance } from './restore/restore-instance.ts';
import { recoverySettings } from './restore/recover.ts';
import { rehearse } from './restore/rehearse.ts';
import { openTarget } from './settings.ts';

const usage = `./dev.sh restore [--to MOMENT] [--replace]
    Bring the database of LOYALNEST_HOME back, as of the last moment there is or of another. LoyalNest must be down.
    A database that is there stays, unless --replace moves it aside.
./dev.sh restore --into FOLDER [--to MOMENT]
    Make a data folder that a PostgreSQL of the same major version recovers from when it starts on it.
./dev.sh restore --check [--to MOMENT] [--json]
    Restore into a folder that goes away afterwards, start it, and prove its ledger.

MOMENT is like 2026-11-26T21:38:00Z. Where backups are: ./dev.sh backup --help.
`;

process.exitCode = await runCommand(findHome(), () => main(process.argv.slice(2)));

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) return (print(usage), 0);
  const { values } = parseOptions(argv, {
    to: 'string',
    into: 'string',
    replace: 'boolean',
    check: 'boolean',
    json: 'boolean',
  });
  const chosen = [values.into, values.check, values.replace].filter((value) => value !== undefined);
  if (chosen.length > 1) throw new UserError('--into, --check and --replace exclude each other', 2);
  const instance = findInstance();
  const to = parseMoment(values.to);
  const progress = printedProgress(values.json ? process.stderr : process.stdout);
  if (values.check) return check(instance, { to, progress, isJson: values.json === true });
  if (values.json) throw new UserError('--json goes with --check', 2);
  if (values.into !== undefined) return into(instance, { folder: resolve(values.into), to, progress });
  return inPlace(instance, { to, progress, replaces: values.replace === true });
}

type Common = { to: Date | undefined; progress: Progress };

async function inPlace(
  instance: Instance,
  { to, progress, replaces }: Common & { replaces: boolean },
): Promise<number> {
  if (process.env['DATABASE_URL'])
    throw new UserError('an outside PostgreSQL is not ours to replace: restore --into FOLDER, and start it on that', 2);
  const startMs = performance.now();
  const onProgress = (text: string) => progress.update(text);
  const restored = await restoreInstance({ instance, target: openTarget(instance), to, replaces, onProgress });
  describe(restored, { instance, progress });
  const { bytes, lastCommitAt, replaced } = restored;
  if (lastCommitAt) progress.done(`last transaction: ${lastCommitAt.toISOString()}`);
  progress.done(`${megabytes(bytes)} MB in ${instance.paths.postgres} ${tookSince(startMs)}`);
  if (replaced) progress.say(`  what was there before is in ${replaced}`);
  progress.say('  next: ./dev.sh up, then ./dev.sh verify-ledger; and a new ./dev.sh backup');
  return 0;
}

async function into(instance: Instance, { to, progress, folder }: Common & { folder: string }): Promise<number> {
  const startMs = performance.now();
  const unpacked = await restoreFolder({
    target: openTarget(instance),
    dataDir: folder,
    ownedLike: folder,
    to,
    onProgress: (text) => progress.update(text),
  });
  const lines = Object.entries(recoverySettings(to)).map(([name, value]) => `${name} = '${value}'\n`);
  writeFileSync(join(folder, 'postgresql.auto.conf'), `# For the recovery.\n${lines.join('')}`, { flag: 'a' });
  describe(unpacked, { instance, progress });
  const major = unpacked.record.serverVersion.split('.')[0];
  progress.done(
    `${folder} is ready for PostgreSQL ${major}, which recovers when it starts on it ${tookSince(startMs)}`,
  );
  progress.say(
    '  it must belong to the user PostgreSQL runs as; afterwards: alter system reset all, or take the lines out',
  );
  return 0;
}

async function check(instance: Instance, { to, progress, isJson }: Common & { isJson: boolean }): Promise<number> {
  const rehearsed = await rehearse({
    target: openTarget(instance),
    parent: instance.home,
    to,
    outsideUrl: process.env['DATABASE_URL'],
    onProgress: (text) => progress.update(text),
  });
  const { record, lastCommitAt, bytes, seconds, migrations, ledger } = rehearsed;
  describe(rehearsed, { instance, progress });
  progress.done(
    `${megabytes(bytes)} MB restored and recovered in ${seconds.toFixed(1)} s; ${migrations} migrations were new`,
  );
  if (ledger.ok) progress.done('the ledger proves itself');
  else
    progress.say(`  ✗ the ledger has ${ledger.differences.length} differences: ${ledger.differences[0]?.difference}`);
  if (isJson)
    print(JSON.stringify({ ok: ledger.ok, backup: record.id, lastCommitAt, bytes, seconds, migrations, ledger }));
  return ledger.ok ? 0 : 1;
}

function describe(unpacked: Unpacked, { instance, progress }: { instance: Instance; progress: Progress }): void {
  const { record, plan, damaged } = unpacked;
  progress.done(`backup ${record.id} and the log up to ${formatLsn(plan.until)}, each byte proved`);
  const warnings = [
    ...damaged,
    describeHole(plan),
    describeMissingKeys(record.masterKeys, fingerprintMasterKeys(instance)),
  ].filter((warning) => warning !== undefined);
  for (const warning of warnings) progress.say(`  ! ${warning}`);
}
