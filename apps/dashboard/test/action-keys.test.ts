import { describe, expect, it } from 'vitest';
import { ActionKeys } from '../src/api/action-keys.ts';
import { Problem, problemOf } from '../src/api/problem.ts';

function numbered(): ActionKeys {
  let last = 0;
  return new ActionKeys(() => `key-${(last += 1)}`);
}

const failing = (problem: Problem) => (key: string) => {
  void key;
  return Promise.reject(problem);
};
const keyOf = (keys: ActionKeys, action: string) => keys.run(action, (key) => Promise.resolve(key));

describe('the key of a write', () => {
  it.each([
    new Problem('network', 0, 'gone'),
    new Problem('database-unavailable', 503, 'away'),
    new Problem('request-in-progress', 409, 'running'),
    new Problem('too-many-requests', 429, 'slowly'),
  ])('stays while nobody knows whether it happened: $code', async (problem) => {
    const keys = numbered();
    await expect(keys.run('adjust', failing(problem))).rejects.toBe(problem);
    expect(await keyOf(keys, 'adjust')).toBe('key-1');
  });

  it('ends with an answer, good or bad', async () => {
    const keys = numbered();
    expect(await keyOf(keys, 'adjust')).toBe('key-1');
    const refused = new Problem('insufficient-points', 422, 'too few');
    await expect(keys.run('adjust', failing(refused))).rejects.toBe(refused);
    expect(await keyOf(keys, 'adjust')).toBe('key-3');
  });

  it('is another one for another action', async () => {
    const keys = numbered();
    await keys.run('adjust 5', failing(new Problem('network', 0, 'gone'))).catch(() => undefined);
    expect(await keyOf(keys, 'adjust 6')).toBe('key-2');
    expect(await keyOf(keys, 'adjust 5')).toBe('key-1');
  });
});

describe('a problem', () => {
  it('carries the code and the details that the server gave', async () => {
    const body = {
      type: 'urn:x',
      title: 'T',
      status: 409,
      code: 'settings-conflict',
      detail: 'D',
      current: { version: 3 },
    };
    const problem = await problemOf(new Response(JSON.stringify(body), { status: 409 }));
    expect(problem).toMatchObject({
      code: 'settings-conflict',
      status: 409,
      message: 'D',
      details: { current: { version: 3 } },
    });
  });

  it('makes sense of what a proxy in between answers', async () => {
    const problem = await problemOf(
      new Response('<html>Bad gateway</html>', { status: 502, headers: { 'retry-after': '3' } }),
    );
    expect(problem).toMatchObject({ code: 'overloaded', isPassing: true, details: { retryAfterSeconds: 3 } });
    expect(await problemOf(new Response('', { status: 403 }))).toMatchObject({ code: 'forbidden', isPassing: false });
  });
});
