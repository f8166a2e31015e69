import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../install.mjs');
let root: string;
let other: ChildProcess;

/** A checkout where everything is installed already, so that nothing has to be fetched. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'loyalnest-install-'));
  mkdirSync(join(root, 'node_modules'));
  const lock = JSON.stringify({ packages: {} });
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), lock);
  writeFileSync(join(root, 'node_modules/.package-lock.json'), lock);
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});

afterEach(() => {
  other.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

function install() {
  const child = spawn(process.execPath, [program, root, join(root, 'node_modules/.stamp')], { stdio: 'pipe' });
  return { child, ended: once(child, 'exit') as Promise<[number | null]> };
}

it('waits for another install of the same folder, and goes on when that is over or dead', async () => {
  writeFileSync(join(root, 'node_modules/.loyalnest-installing'), String(other.pid));
  const { child, ended } = install();
  const printed = text(child.stdout);
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  expect(said.toString()).toContain('Another start is installing');
  expect(existsSync(join(root, 'node_modules/.stamp'))).toBe(false);
  other.kill('SIGKILL');
  expect(await ended).toEqual([0, null]);
  // What a command prints is its own alone, even when it installs first.
  expect(await printed).toBe('');
  expect(existsSync(join(root, 'node_modules/.stamp'))).toBe(true);
  expect(existsSync(join(root, 'node_modules/.loyalnest-installing'))).toBe(false);
});

it('keeps standard output for the command, also while it installs', async () => {
  rmSync(join(root, 'node_modules/.package-lock.json'));
  const { child, ended } = install();
  const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(await ended).toEqual([0, null]);
  expect(said).toMatch(/^Installing what the lockfile says.*\nInstalled in \d+ s\n$/);
  expect(printed).toBe('');
});

it('lets several starts at once install one after the other', async () => {
  const codes = await Promise.all(Array.from({ length: 4 }, () => install().ended));
  expect(codes).toEqual(Array.from({ length: 4 }, () => [0, null]));
});
