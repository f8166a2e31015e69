import { mkdirSync, statfsSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { UserError } from './errors.ts';
import type { Instance } from './instance.ts';

const megabyte = 1_000_000;
/** A new cluster, its write-ahead log and the demo shop's orders take about half of this. */
const firstStartBytesMin = 300 * megabyte;
/** PostgreSQL stops hard when the disk fills up; better not to start it that close. */
const laterStartBytesMin = 50 * megabyte;

/** Makes the folders. Throws when the disk has no room for what comes. */
export function prepareHome(instance: Instance): void {
  const { home, paths } = instance;
  // Open to pass through: as root, PostgreSQL runs as another user. What is private is so by itself.
  mkdirSync(home, { recursive: true, mode: 0o755 });
  mkdirSync(paths.run, { recursive: true, mode: 0o755 });
  mkdirSync(paths.logs, { recursive: true, mode: 0o755 });
  mkdirSync(paths.simulator, { recursive: true, mode: 0o700 });
  assertSpace(instance);
}

function assertSpace({ home, paths }: Instance): void {
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  const needed = existsSync(paths.postgres) ? laterStartBytesMin : firstStartBytesMin;
  if (free >= needed) return;
  throw new UserError(
    `the disk that holds ${home} is full: ${Math.floor(free / megabyte)} MB are free and ${needed / megabyte} MB are needed; ` +
      'free some space, or set LOYALNEST_HOME to a folder on another disk',
  );
}
