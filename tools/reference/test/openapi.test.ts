import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '@loyalnest/contracts/errors';
import { root } from '@loyalnest/dev/instance';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import type { Api } from '../src/server.ts';

type Parameter = { name: string; in: string; required?: boolean };
type Content = { content?: Record<string, unknown> };
type Route = {
  operationId: string;
  summary?: string;
  parameters: Parameter[];
  security?: Record<string, unknown>[];
  responses: Record<string, Content & { $ref?: string }>;
};
type Document = Api & {
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, unknown>;
    responses: Record<string, Content>;
  };
};

const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as Document;
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, route]) => ({
    name: `${method} ${path}`,
    method,
    route: route as unknown as Route,
  })),
);

type Schema = { $ref?: string; properties?: Record<string, unknown> };

/** The schema of what the route gives when all went well, looked up if it has a name. */
function answerOf(route: Route): Schema | undefined {
  const [, answer] = Object.entries(route.responses).find(([status]) => status.startsWith('2')) ?? [];
  const { schema } = (answer?.content?.['application/json'] ?? {}) as { schema?: Schema };
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : document.components.schemas[name];
}

describe('docs/openapi.json', () => {
  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document) as never)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('resolves every reference', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, reference = ''] of references) {
      const target = reference
        .split('/')
        .reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document);
      expect(target, reference).toBeDefined();
    }
  });

  it.each(routes)('$name says what it does and what it answers', ({ route }) => {
    expect(route.summary).toBeTruthy();
    expect(answerOf(route)).toBeTypeOf('object');
    expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(['500', '503']));
  });

  it.each(routes)('$name names its ways in, and they exist', ({ route }) => {
    const ways = (route.security ?? []).flatMap((way) => Object.keys(way));
    for (const way of ways) expect(document.components.securitySchemes).toHaveProperty(way);
    // Whoever holds a refresh token may use it; every other route asks who is there.
    if (route.operationId === 'signIn_refresh') expect(ways).toEqual([]);
    else expect(ways.length).toBeGreaterThan(0);
  });

  it('answers failures as problem+json, with codes of contracts/errors under their status', () => {
    for (const { route, name } of routes) {
      for (const [status, { $ref }] of Object.entries(route.responses).filter(([key]) => !key.startsWith('2'))) {
        const codes = $ref?.split('/').at(-1)?.split('.') ?? [];
        expect(codes.length, `${name} ${status}`).toBeGreaterThan(0);
        for (const code of codes) expect(errorCodes[code as keyof typeof errorCodes].status).toBe(Number(status));
      }
    }
    for (const response of Object.values(document.components.responses))
      expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
  });

  it('asks for an Idempotency-Key where a write must not happen twice', () => {
    const asking = routes.filter(({ route }) => route.parameters.some(({ name }) => name === 'Idempotency-Key'));
    expect(asking.map(({ route }) => route.operationId)).toEqual(
      expect.arrayContaining(['redemption_redeem', 'redemption_cancel']),
    );
    for (const { route } of asking)
      expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(['409', '428']));
  });

  it('reads lists page by page', () => {
    const lists = routes.filter(({ route }) => 'nextCursor' in (answerOf(route)?.properties ?? {}));
    expect(lists.length).toBeGreaterThan(0);
    for (const { route } of lists)
      expect(route.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['cursor', 'limit']));
  });
});
