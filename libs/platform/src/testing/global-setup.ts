import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres, stopStrayPostgres, throwawaySettings } from '../database/embedded.ts';
import { isAlive } from '../database/embedded/processes.ts';
import { freePort } from './ports.ts';
import { migrate } from '../database/migrate.ts';

const servicesDir = fileURLToPath(new URL('../../../../services', import.meta.url));
const folderPrefix = 'loyalnest-test-';
const templateName = 'loyalnest_template';

type SharedCluster = { users: number; started: Promise<StartedCluster> };

type StartedCluster = { provided: ProvidedContext['postgres']; remove: () => Promise<void> };

/** The projects of one run share a cluster, and each loads this file anew. */
const shared = globalThis as { loyalnestTestCluster?: SharedCluster };

/** Gives the project's tests a throwaway PostgreSQL with a migrated template; see `cloneDatabase`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = (shared.loyalnestTestCluster ??= { users: 0, started: startCluster() });
  cluster.users += 1;
  const { provided, remove } = await cluster.started;
  project.provide('postgres', provided);
  return async () => {
    cluster.users -= 1;
    if (cluster.users > 0) return;
    delete shared.loyalnestTestCluster;
    await remove();
  };
}

async function startCluster(): Promise<StartedCluster> {
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(folder, 0o755);
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      port: await freePort(),
      settings: throwawaySettings,
    });
    const provided = { ownerUrl: postgres.ownerUrl, templateName, roleSecret: randomBytes(16).toString('hex') };
    await makeTemplate(provided);
    const remove = async () => {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    return { provided, remove };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function makeTemplate(provided: ProvidedContext['postgres']): Promise<void> {
  await onServer(provided.ownerUrl, `create database ${templateName}`);
  const templateUrl = new URL(provided.ownerUrl);
  templateUrl.pathname = `/${templateName}`;
  await migrate({ ownerUrl: templateUrl.toString(), roleSecret: provided.roleSecret, servicesDir });
  // A database that somebody is connected to cannot be cloned.
  await onServer(provided.ownerUrl, `alter database ${templateName} with is_template true allow_connections false`);
}

async function onServer(ownerUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A run that was killed could not remove its folder. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const pid = Number(name.slice(folderPrefix.length).split('-')[0]);
    if (isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      await stopStrayPostgres(join(folder, 'postgres'));
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another user's folder; it is his to remove.
    }
  }
}
