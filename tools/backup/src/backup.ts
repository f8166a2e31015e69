import { UserError } from '@loyalnest/dev/errors';
import { findInstance, findHome } from '@loyalnest/dev/instance';
import { parseOptions } from '@loyalnest/dev/options';
import { printedProgress, tookSince } from '@loyalnest/dev/progress';
import { takeBackup } from './base/take-backup.ts';
import { megabytes, print, runCommand } from './command-line.ts';
import { fingerprintMasterKeys } from './master-keys.ts';
import { removeOld } from './retention.ts';
import { ensureBackupKey, findDatabaseUrl, keyFilePath, openTarget } from './settings.ts';
import { readStatus } from './status.ts';
import { verifyBackups } from './verify-backups.ts';
import { streamWal } from './wal/stream-wal.ts';

const usage = `./dev.sh backup [--json]          copy the database to the target, and remove what is older than 90 days
./dev.sh backup stream            bring its log there as it is written, until stopped
./dev.sh backup status [--json]   what could be restored now; exit code 1 when that is not fresh
./dev.sh backup verify [--all] [--json]
                                  read the newest backup, or all, and their log, and compare every file
./dev.sh backup drill [--customers N] [--json]
                                  kill a database of its own under load, restore it, and measure
./dev.sh backup key               make the key that backups are encrypted with, if there is none

Environment (docs/backup.md):
  BACKUP_TARGET          a folder, or s3://bucket/prefix (backups in LOYALNEST_HOME)
  BACKUP_KEY_FILE        the key, mode 0600 (backup-key.json in LOYALNEST_HOME)
  BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_S3_KEY_ID, BACKUP_S3_SECRET_FILE
  DATABASE_URL           an outside PostgreSQL instead of the one of ./dev.sh up
`;

const commands: Record<string, (args: string[]) => Promise<number>> = { key, stream, status, verify, drill };

process.exitCode = await runCommand(findHome(), () => main(process.argv.slice(2)));

async function main(argv: string[]): Promise<number> {
  const [name, ...args] = argv;
  if (argv.includes('--help') || argv.includes('-h')) return (print(usage), 0);
  if (name === undefined || name.startsWith('-')) return base(argv);
  const command = commands[name];
  if (!command) throw new UserError(`backup has no "${name}"; ./dev.sh backup --help lists what it has`, 2);
  return command(args);
}

async function base(args: string[]): Promise<number> {
  const { values } = parseOptions(args, { json: 'boolean' });
  const instance = findInstance();
  makeKeyOnFirstUse();
  const target = openTarget(instance);
  const progress = printedProgress(values.json ? process.stderr : process.stdout);
  const startMs = performance.now();
  const record = await takeBackup({
    databaseUrl: findDatabaseUrl(instance),
    target,
    masterKeys: fingerprintMasterKeys(instance),
    onProgress: (bytes) => progress.update(`${megabytes(bytes)} MB`),
  });
  progress.done(
    `backup ${record.id}: ${record.files} files, ${megabytes(record.bytes)} MB, stored as ${megabytes(record.storedBytes)} MB in ${target.address} ${tookSince(startMs)}`,
  );
  const removed = await removeOld(target, new Date());
  if (removed.backups.length + removed.unfinished.length + removed.logObjects > 0)
    progress.done(
      `removed: ${removed.backups.length} old backups, ${removed.unfinished.length} unfinished ones, ${removed.logObjects} pieces of the log`,
    );
  const { id, startedAt, endedAt, files, bytes, storedBytes, serverVersion } = record;
  if (values.json) print(JSON.stringify({ id, startedAt, endedAt, files, bytes, storedBytes, serverVersion, removed }));
  return 0;
}

/** A key file that was named and is not there is a mistake; making another would hide it. */
function makeKeyOnFirstUse(): void {
  if (process.env['BACKUP_KEY_FILE']) return;
  const file = keyFilePath(findInstance());
  if (ensureBackupKey(file) === 'made')
    process.stderr.write(`  ! made ${file}: keep a copy elsewhere, without it no backup can be restored\n`);
}

async function key(args: string[]): Promise<number> {
  parseOptions(args, {});
  const file = keyFilePath(findInstance());
  const outcome = ensureBackupKey(file);
  if (outcome === 'present') print(`${file} is there already, and stays as it is`);
  else print(`made ${file}: keep a copy elsewhere, without it no backup can be restored`);
  return 0;
}

async function stream(args: string[]): Promise<number> {
  parseOptions(args, {});
  const instance = findInstance();
  makeKeyOnFirstUse();
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  await streamWal({
    databaseUrl: findDatabaseUrl(instance),
    target: openTarget(instance),
    signal: stopping.signal,
    log: (line) => print(`${new Date().toISOString()} ${line}`),
  });
  return 0;
}

async function status(args: string[]): Promise<number> {
  const { json } = parseOptions(args, { json: 'boolean' }).values;
  const target = openTarget(findInstance());
  const now = await readStatus(target, new Date());
  if (json) print(JSON.stringify(now));
  else {
    print(`${now.backups.length} backups in ${target.address}`);
    for (const { id, bytes, storedBytes } of now.backups)
      print(`  ${id}  ${megabytes(bytes)} MB, stored as ${megabytes(storedBytes)} MB`);
    if (now.restorableUntil) print(`restorable until ${now.restorableUntil}`);
    for (const problem of now.problems) print(`✗ ${problem}`);
  }
  return now.ok ? 0 : 1;
}

async function verify(args: string[]): Promise<number> {
  const { values } = parseOptions(args, { all: 'boolean', json: 'boolean' });
  const progress = printedProgress(values.json ? process.stderr : process.stdout);
  const verified = await verifyBackups(openTarget(findInstance()), {
    which: values.all ? 'all' : 'newest',
    onProgress: (text) => progress.update(text),
  });
  const { backups, segments, problems } = verified;
  if (problems.length === 0) progress.done(`${backups.join(', ')} and ${segments} segments of the log are whole`);
  for (const problem of problems) progress.say(`  ✗ ${problem}`);
  if (values.json) print(JSON.stringify(verified));
  return problems.length === 0 ? 0 : 1;
}

async function drill(args: string[]): Promise<number> {
  return (await import('./drill/command.ts')).runDrill(args);
}
