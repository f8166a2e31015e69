import { expect, it } from 'vitest';
import { Turns } from '../src/turns/turns.ts';

function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: () => promise, resolve, reject };
}

it('lets so many work at once and the others one after the other, also after a failure', async () => {
  const turns = new Turns({ atOnceMax: 2, waitingMax: 2 });
  const begun: number[] = [];
  const works = [0, 1, 2, 3].map(work);
  const results = works.map(({ run }, index) =>
    turns.take(() => {
      begun.push(index);
      return run();
    }),
  );
  expect(begun).toEqual([0, 1]);
  works[1]?.reject(new Error('no'));
  await expect(results[1]).rejects.toThrow('no');
  expect(begun).toEqual([0, 1, 2]);
  works[0]?.resolve('a');
  works[2]?.resolve('c');
  works[3]?.resolve('d');
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual(['a', 'c', 'd']);
});

it('turns away whoever would be one too many, and nobody afterwards', async () => {
  const turns = new Turns({ atOnceMax: 1, waitingMax: 1 });
  const [first, second] = [work(), work()];
  const results = [turns.take(first.run), turns.take(second.run)];
  expect(await turns.take(() => Promise.resolve('too many'))).toBeUndefined();
  first.resolve('a');
  second.resolve('b');
  expect(await Promise.all(results)).toEqual(['a', 'b']);
  expect(await turns.take(() => Promise.resolve('later'))).toBe('later');
});
