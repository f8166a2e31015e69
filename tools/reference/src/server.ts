import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureServerBundle } from '@loyalnest/dev/build';
import { root } from '@loyalnest/dev/instance';

/** What apps/server/src/describe.ts prints. */
export type Server = {
  api: Api;
  topics: string[];
  /** Names of product events, by the event that they are. */
  productEvents: Record<string, string>;
  services: { name: string; listensTo: string[]; jobs: Job[] }[];
};

export type Job = { name: string; schedule: { cron: string } | { everyMs: number } };

export type Api = {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, unknown> };
};

export type Operation = { responses: Record<string, { $ref?: string }> };

const printedBytesMax = 16 * 1024 * 1024;

/** Asks the built server about itself: decorators and dependency injection leave no other way to know. */
export async function describeServer(): Promise<Server> {
  await ensureServerBundle(new AbortController().signal);
  const program = join(root, 'apps/server/dist/describe.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: printedBytesMax });
  return JSON.parse(stdout) as Server;
}
