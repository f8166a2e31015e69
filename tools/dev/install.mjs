// Runs on any Node from 20 on, before anything is installed: plain JavaScript without dependencies.
// Usage: node install.mjs ROOT STAMP
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [root, stamp] = process.argv.slice(2);
const lockFile = join(root, 'package-lock.json');

/** Names the process that installs, so that a second one waits for it instead of writing into the same folder. */
const turnFile = join(root, 'node_modules/.loyalnest-installing');
const turnPollMs = 250;
const namelessMs = 5_000;

try {
  await takeTurn();
  if (!isInstalled()) install();
  copyFileSync(lockFile, stamp);
} catch (error) {
  console.error(`dev.sh: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (readTurn() === process.pid) rmSync(turnFile, { force: true });
}

/** On the error stream: a command's own output may be read by a program (`--json`). */
function say(text) {
  console.error(text);
}

async function takeTurn() {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (let isTold = false; ; isTold = true) {
    try {
      writeFileSync(turnFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) rmSync(turnFile, { force: true });
    else if (!isTold) say('Another start is installing; waiting for it…');
    await new Promise((resolve) => setTimeout(resolve, turnPollMs));
  }
}

/** Its process is gone; one without a number has just been made, or was cut off while it was. */
function isAbandoned() {
  const holder = readTurn();
  if (holder !== undefined) return !isAlive(holder);
  return Date.now() - (statSync(turnFile, { throwIfNoEntry: false })?.mtimeMs ?? 0) > namelessMs;
}

function readTurn() {
  return existsSync(turnFile) ? Number(readFileSync(turnFile, 'utf8')) || undefined : undefined;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether npm's own record of node_modules names what the lockfile names; then somebody ran `npm install` already. */
function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = readPackages(lockFile);
  const present = readPackages(record);
  delete wanted[''];
  const isSame = (path) => JSON.stringify(wanted[path]) === JSON.stringify(present[path]);
  // Optional packages for other systems are rightly absent.
  const isMissing = (path) => !present[path] && !wanted[path].optional;
  return (
    Object.keys(wanted).every((path) => !isMissing(path) && (!present[path] || isSame(path))) &&
    Object.keys(present).every((path) => wanted[path])
  );
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Not `npm ci`: that refuses a lockfile without the optional packages of every other system, and not every registry has
 * all of those. `--no-save` keeps the lockfile as it is, so what it names is what gets installed.
 */
function install() {
  const startMs = Date.now();
  say('Installing what the lockfile says; the first time this takes a minute or two…');
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (npm.error?.code === 'ENOENT')
    throw new Error('npm is needed: it comes with Node (https://nodejs.org/en/download)');
  if (npm.error) throw npm.error;
  if (npm.status !== 0) throw new Error(`npm install failed: ${firstReason(`${npm.stderr}\n${npm.stdout}`)}`);
  say(`Installed in ${Math.round((Date.now() - startMs) / 1000)} s`);
}

/** npm says in many lines what fits into one. */
function firstReason(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  if (lines.some((line) => line.includes('ENOSPC'))) return `the disk that holds ${root} is full`;
  if (lines.some((line) => line.includes('EACCES'))) return `no permission to write in ${root}`;
  const reasons = lines.filter((line) => line && !/^(code|errno|syscall|A complete log)\b/.test(line));
  return `${reasons[0] ?? 'no reason given'} (run npm install in ${root} to see all of it)`;
}
