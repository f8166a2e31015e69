import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { folderTarget } from '../src/target/folder-target.ts';
import { s3Target } from '../src/target/s3-target.ts';
import type { Target } from '../src/target/target.ts';
import { aFolder } from './support/a-server.ts';
import { aStrictS3, strictS3Place } from './support/strict-s3.ts';
import { aVersityGateway, findVersityGateway } from './support/versity-gateway.ts';

const gateway = findVersityGateway();

const targets: { kind: string; isHere: boolean; make: () => Promise<Target> }[] = [
  { kind: 'a folder', isHere: true, make: async () => folderTarget(aFolder()) },
  {
    kind: 'a strict S3',
    isHere: true,
    make: async () => s3Target({ ...(await aStrictS3()), ...strictS3Place, prefix: 'production/' }),
  },
  {
    kind: 'versitygw',
    isHere: gateway !== undefined,
    make: async () => s3Target(await aVersityGateway(gateway ?? '', aFolder())),
  },
];

describe.each(targets)('$kind', ({ isHere, make }) => {
  it.runIf(isHere)('gives back what was put, and the latest of it', async () => {
    const target = await make();
    const content = randomBytes(6_000_000);
    await target.put('base/one/data.000000', Buffer.from('first'));
    await target.put('base/one/data.000000', content);
    expect((await target.get('base/one/data.000000'))?.equals(content)).toBe(true);
    expect(await target.get('base/one/data.000001')).toBeUndefined();
  });

  it.runIf(isHere)('lists what begins with a prefix, in order, with its size', async () => {
    const target = await make();
    const names = Array.from({ length: 8 }, (_, index) => `wal/00000001000000000000000${index}`);
    for (const name of names.toReversed()) await target.put(name, Buffer.from(name));
    await target.put('base/one/backup.json', Buffer.from('{}'));
    const listed = await target.list('wal/');
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(listed[0]?.bytes).toBe(28);
    expect(await target.list('wal/000000010000000000000003')).toHaveLength(1);
    expect(await target.list('nothing/')).toEqual([]);
  });

  it.runIf(isHere)('removes what it is told to, and nothing else', async () => {
    const target = await make();
    for (const name of ['a/1', 'a/2', 'b/1']) await target.put(name, Buffer.from('x'));
    await target.remove(['a/1', 'a/2', 'a/not-there']);
    expect((await target.list('')).map(({ name }) => name)).toEqual(['b/1']);
  });
});

describe('S3', () => {
  it('says in one line that a key or its secret is refused, and repeats neither', async () => {
    const strict = await aStrictS3();
    const wrongSecret = s3Target({ ...strict, ...strictS3Place, prefix: '', secretAccessKey: 'wrong-secret' });
    await expect(wrongSecret.put('a', Buffer.from('x'))).rejects.toThrow('refuses the key (403 SignatureDoesNotMatch)');
    const wrongKey = s3Target({ ...strict, ...strictS3Place, prefix: '', accessKeyId: 'another' });
    await expect(wrongKey.list('')).rejects.toThrow('refuses the key (403 InvalidAccessKeyId)');
    await expect(wrongKey.list('')).rejects.not.toThrow('another');
    expect(strict.objects.size).toBe(0);
  });

  it('says in one line that the bucket does not exist', async () => {
    const target = s3Target({ ...(await aStrictS3()), ...strictS3Place, bucket: 'another', prefix: '' });
    await expect(target.list('')).rejects.toThrow('there is no such bucket');
  });
});
