import { setTimeout as sleep } from 'node:timers/promises';
import { findFreeBase } from '@loyalnest/dev/ports';
import { UserError } from '@loyalnest/dev/errors';
import { productionSettings } from '@loyalnest/platform/database/embedded';
import type { Account } from '@loyalnest/platform/database/embedded/account';
import { findBinaries } from '@loyalnest/platform/database/embedded/binaries';
import { EmbeddedPostgresError } from '@loyalnest/platform/database/embedded/errors';
import { isReady } from '@loyalnest/platform/database/embedded/folder';
import { launchServer, type Server } from '@loyalnest/platform/database/embedded/server';

export type RecoverOptions = {
  dataDir: string;
  account: Account;
  logFile: string;
  to: Date | undefined;
  /** On top of what a recovery needs. */
  settings?: Readonly<Record<string, string>>;
};

/** Away from the ports of running copies and of tests. */
const lowestPort = 33_400;
const readyPollMs = 25;

/** All log there is lies in the folder already: there is nothing to ask for it. */
export function recoverySettings(to: Date | undefined): Record<string, string> {
  return {
    restore_command: 'false',
    recovery_target_timeline: 'latest',
    recovery_target_action: 'promote',
    // This setting is read before names of time zones are known, and `Z` is one.
    ...(to ? { recovery_target_time: to.toISOString().replace('Z', '+00') } : {}),
  };
}

/** Lets PostgreSQL apply the log, and returns it running, as a server of its own from then on. */
export async function recover(options: RecoverOptions): Promise<{ server: Server; port: number }> {
  try {
    return await start(options, options.to);
  } catch (error) {
    // Nothing was committed after that moment, so the end of the log is what the database was like then.
    if (!isEndBeforeTarget(error)) throw error;
    return start(options, undefined);
  }
}

async function start(
  { dataDir, account, logFile, settings }: RecoverOptions,
  to: Date | undefined,
): Promise<{ server: Server; port: number }> {
  const port = await findFreeBase(lowestPort);
  if (port === undefined) throw new UserError(`no port is free from ${lowestPort} on`);
  const server = launchServer({
    dataDir,
    binaries: findBinaries(),
    account,
    port,
    logFile,
    // Nobody is to see the database before it is recovered.
    settings: { ...productionSettings, hot_standby: 'off', ...recoverySettings(to), ...settings },
  });
  try {
    await ready(server, dataDir);
    return { server, port };
  } catch (error) {
    await server.stop();
    throw EmbeddedPostgresError.from(error, dataDir);
  }
}

/** However long the log is. */
async function ready(server: Server, dataDir: string): Promise<void> {
  const ended = server.exited.then(() => true);
  while (!isReady(dataDir, server.pid)) {
    // Tells why it has ended.
    if (await Promise.race([ended, sleep(readyPollMs, false)])) await server.ready();
  }
}

function isEndBeforeTarget(error: unknown): boolean {
  return (
    error instanceof Error && error.message.includes('recovery ended before configured recovery target was reached')
  );
}
