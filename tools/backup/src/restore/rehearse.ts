import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrateDatabase } from '@loyalnest/dev/database';
import { withoutCredentials } from '@loyalnest/dev/database-url';
import { root } from '@loyalnest/dev/instance';
import type { SealedTarget } from '../target/sealed-target.ts';
import { isEmbedded, readRestored, restoredUrl, type Restored } from './read-restored.ts';
import { recover } from './recover.ts';
import { restoreFolder, type Unpacked } from './restore-folder.ts';

export type Rehearsed = Unpacked & Restored & { migrations: number; ledger: Ledger; seconds: number };

/** What `verify-ledger --json` says. */
export type Ledger = { ok: boolean; checked: Record<string, unknown>; differences: { difference: string }[] };

/**
 * Restores into a folder that goes away afterwards, and looks whether it is what we would want on the day: the server
 * starts, the migrations agree with this version, the ledger proves itself.
 */
export async function rehearse(options: {
  target: SealedTarget;
  /** On whose disk there is room. */
  parent: string;
  to: Date | undefined;
  outsideUrl: string | undefined;
  onProgress: (text: string) => void;
}): Promise<Rehearsed> {
  const { target, parent, to, outsideUrl, onProgress } = options;
  const startMs = performance.now();
  const folder = mkdtempSync(join(parent, 'rehearsal-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'postgres');
  try {
    const unpacked = await restoreFolder({ target, dataDir, ownedLike: dataDir, to, onProgress });
    onProgress('PostgreSQL applies the log');
    const settings = isEmbedded(dataDir) ? {} : writeOwnSettings(folder);
    const logFile = join(folder, 'postgres.log');
    const { server, port } = await recover({ dataDir, account: unpacked.account, logFile, to, settings });
    try {
      const restored = await readRestored({ dataDir, port, outsideUrl });
      const seconds = (performance.now() - startMs) / 1_000;
      onProgress('does the ledger add up?');
      // The services' passwords follow from a secret; here from one of our own, so that nobody else's is needed.
      const roleSecret = randomBytes(24).toString('hex');
      const ownerUrl = restoredUrl({ dataDir, port, outsideUrl });
      const migrations = await migrateDatabase({ ownerUrl, roleSecret });
      const ledger = await verifyLedger({ ownerUrl, roleSecret });
      return { ...unpacked, ...restored, migrations, ledger, seconds };
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An outside server's own settings name files that are not in its folder, or not on this machine. */
function writeOwnSettings(folder: string): Record<string, string> {
  const write = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o644 });
    return file;
  };
  return {
    config_file: write('postgresql.conf', ''),
    // Takes passwords that are kept as SCRAM, too.
    hba_file: write('pg_hba.conf', 'host all all 127.0.0.1/32 md5\n'),
    ident_file: write('pg_ident.conf', ''),
  };
}

/** As a program of its own, exactly as `./dev.sh verify-ledger` runs it. */
export async function verifyLedger(database: { ownerUrl: string; roleSecret: string }): Promise<Ledger> {
  const child = spawn(process.execPath, [join(root, 'services/points/src/proof/cli.ts'), '--json'], {
    env: {
      ...process.env,
      DATABASE_URL: withoutCredentials(database.ownerUrl),
      DATABASE_ROLE_SECRET: database.roleSecret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  if (code !== 0 && !output.startsWith('{')) throw new Error(`verify-ledger ended with exit code ${code}`);
  return JSON.parse(output) as Ledger;
}
