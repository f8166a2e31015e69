import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { describe, expect, it } from 'vitest';
import type { DrillResult } from '../src/drill/drill.ts';
import { aFolder, aServer, placeOrders } from './support/a-server.ts';

type Run = { code: number | null; output: string; errors: string };

/** As a person would, with a home of its own. */
async function run(script: 'backup' | 'restore', args: string[], env: Record<string, string>): Promise<Run> {
  const child = spawn(process.execPath, [join(root, `tools/backup/src/${script}.ts`), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((settle) => child.once('close', settle));
  return { code, output, errors };
}

function lastLine(output: string): unknown {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

describe('the drill', { timeout: 300_000 }, () => {
  it('loses at most the last 5 seconds when everything is killed under load, and the ledger proves itself', async () => {
    const { code, output, errors } = await run('backup', ['drill', '--json'], { LOYALNEST_HOME: aFolder() });
    expect(code, errors).toBe(0);
    const result = lastLine(output) as DrillResult;
    expect(result).toMatchObject({ ok: true, ledger: { ok: true, differences: 0 } });
    expect(result.recoveryPointSeconds).toBeLessThanOrEqual(5);
    expect(result.acknowledged).toBeGreaterThan(100);
  });
});

describe('./dev.sh backup and restore', { timeout: 120_000 }, () => {
  it('make a key on first use, back an outside database up, and know how fresh that is', async () => {
    const server = await aServer();
    await placeOrders(server, 1, 10);
    const env = { LOYALNEST_HOME: aFolder(), DATABASE_URL: server.url };
    const taken = await run('backup', ['--json'], env);
    expect(taken.errors).toContain('keep a copy elsewhere');
    expect(taken).toMatchObject({ code: 0 });

    expect(lastLine(taken.output)).toMatchObject({ serverVersion: '18.4', removed: { backups: [] } });
    const verified = await run('backup', ['verify', '--json'], env);
    expect([verified.code, lastLine(verified.output)]).toEqual([0, expect.objectContaining({ problems: [] })]);
    const status = await run('backup', ['status', '--json'], env);
    expect([status.code, lastLine(status.output)]).toEqual([0, expect.objectContaining({ ok: true })]);

    const folder = join(env.LOYALNEST_HOME, 'restored');
    expect(await run('restore', ['--into', folder], env)).toMatchObject({ code: 0 });
    expect(await run('restore', ['--into', folder], env)).toMatchObject({
      code: 1,
      errors: expect.stringContaining(`${folder} is there already`),
    });
    expect(existsSync(join(folder, 'PG_VERSION'))).toBe(true);
  });

  it('say in one line what is missing, with exit code 1, or 2 for a mistake in the command', async () => {
    const home = aFolder();
    const env = { LOYALNEST_HOME: home };
    const open = join(home, 'open-key.json');
    writeFileSync(open, '{}', { mode: 0o644 });
    const s3 = { BACKUP_TARGET: 's3://bucket', BACKUP_KEY_FILE: open };
    const cases: [Run, number, string][] = [
      [await run('backup', ['--json'], env), 1, 'there is no database to back up'],
      [
        await run('backup', [], { ...env, BACKUP_KEY_FILE: join(home, 'none.json') }),
        1,
        'the key of the backups, is missing',
      ],
      [await run('backup', [], { ...env, BACKUP_KEY_FILE: open }), 1, 'can be read by others'],
      [await run('backup', [], { ...env, ...s3 }), 2, 'BACKUP_S3_ENDPOINT must be the address of an S3 service'],
      [await run('backup', ['nonsense'], env), 2, 'backup has no "nonsense"'],
      [await run('restore', ['--to', 'yesterday'], env), 2, '--to yesterday is no moment'],
      [await run('restore', ['--check', '--replace'], env), 2, 'exclude each other'],
      [await run('restore', [], env), 1, 'there is no complete backup'],
    ];
    for (const [{ code, errors }, expectedCode, text] of cases) {
      expect(errors).toContain(text);
      expect(
        errors
          .trim()
          .split('\n')
          .filter((line) => line.startsWith('dev.sh:')),
      ).toHaveLength(1);
      expect(code).toBe(expectedCode);
    }
  });

  it('do not restore over a LoyalNest that is there', async () => {
    const server = await aServer();
    const env = { LOYALNEST_HOME: aFolder() };
    await run('backup', [], { ...env, DATABASE_URL: server.url });
    mkdirSync(join(env.LOYALNEST_HOME, 'postgres'));
    expect(await run('restore', [], env)).toMatchObject({ code: 1, errors: expect.stringContaining('with --replace') });
  });
});
