import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { expect, inject, it } from 'vitest';

it('tells at /v1/openapi.json the API that docs/openapi.json describes', async () => {
  const response = await fetch(`${inject('running').serverUrl}/v1/openapi.json`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')));
});
