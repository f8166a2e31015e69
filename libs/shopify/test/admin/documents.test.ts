import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { document, documents, type AdminDocument } from '../../src/admin/document.ts';
import { shopifyApiVersion } from '../../src/api-version.ts';
import { getNamedType, isObjectType, parse, validate, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readAdminSchema } from './schema.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const schema = readAdminSchema();
const sources = globSync('{apps,libs,services}/*/src/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] });

beforeAll(async () => {
  for (const file of sources.filter((name) => name.endsWith('.graphql.ts'))) await import(join(root, file));
});

describe('every document of ours', () => {
  it('is valid in Shopify’s schema of the pinned version', () => {
    expect(documents().length).toBeGreaterThan(0);
    for (const { name, source } of documents()) {
      const problems = validate(schema, parse(source)).map(({ message }) => message);
      expect({ name, problems }).toEqual({ name, problems: [] });
    }
  });

  it('is one operation, under the name and of the kind that the client was told', () => {
    for (const each of documents()) {
      expect(operationOf(each)).toMatchObject({ operation: each.kind, name: { value: each.name } });
      expect(parse(each.source).definitions).toHaveLength(1);
    }
  });

  it('asks for the user errors if it changes something', () => {
    for (const each of documents().filter(({ kind }) => kind === 'mutation')) {
      for (const field of operationOf(each).selectionSet.selections as FieldNode[]) {
        const type = getNamedType(schema.getMutationType()!.getFields()[field.name.value]!.type);
        if (!isObjectType(type) || !('userErrors' in type.getFields())) continue;
        const names = ((field.selectionSet?.selections ?? []) as FieldNode[]).map(({ name }) => name.value);
        expect({ name: each.name, names }).toEqual({ name: each.name, names: expect.arrayContaining(['userErrors']) });
      }
    }
  });

  it('is declared in a file that this test reads', () => {
    const others = sources.filter(
      (file) => !file.endsWith('.graphql.ts') && file !== 'libs/shopify/src/admin/document.ts',
    );
    const strays = others.filter((file) => /\bdocument\(\s*`/.test(readFileSync(join(root, file), 'utf8')));
    expect(strays).toEqual([]);
  });
});

describe('document', () => {
  it.each(['{ shop { name } }', 'query { shop { name } }', 'subscription Shop { shop { name } }', ''])(
    'takes no operation without a name: %j',
    (source) => {
      expect(() => document(source, z.unknown())).toThrow('an operation needs a kind and a name');
    },
  );

  it('takes no name twice', () => {
    document('query TakenName { shop { name } }', z.unknown());
    expect(() => document('query TakenName { shop { id } }', z.unknown())).toThrow(
      'two documents are called TakenName',
    );
  });
});

describe('the pinned version', () => {
  it('is the one that shopify.app.toml gives to webhooks', () => {
    const toml = readFileSync(join(root, 'shopify.app.toml'), 'utf8');
    expect(/^api_version = "(.*)"$/m.exec(toml)?.[1]).toBe(shopifyApiVersion);
  });
});

function operationOf({ source }: AdminDocument): OperationDefinitionNode {
  const [definition] = parse(source).definitions;
  if (definition?.kind !== 'OperationDefinition') throw new Error('no operation');
  return definition;
}
