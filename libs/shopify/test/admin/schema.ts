import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { shopifyApiVersion } from '../../src/api-version.ts';
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';

type Part = { kind?: string } & Record<
  'fields' | 'inputFields' | 'args' | 'enumValues' | 'interfaces' | 'possibleTypes',
  Part[]
>;

const folder = fileURLToPath(new URL('../../../../tools/shopify-simulator/schema/', import.meta.url));

/** Shopify's published Admin schema of the pinned version, which the simulator keeps without its empty parts. */
export function readAdminSchema(): GraphQLSchema {
  const text = gunzipSync(readFileSync(`${folder}admin-${shopifyApiVersion}.json.gz`)).toString();
  const introspection = JSON.parse(text) as { __schema: { types: Part[]; directives: Part[] } };
  for (const type of introspection.__schema.types) {
    for (const field of type.fields ?? []) field.args ??= [];
    if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') {
      type.fields ??= [];
      type.interfaces ??= [];
    }
    if (type.kind === 'INPUT_OBJECT') type.inputFields ??= [];
    if (type.kind === 'ENUM') type.enumValues ??= [];
    if (type.kind === 'INTERFACE' || type.kind === 'UNION') type.possibleTypes ??= [];
  }
  for (const directive of introspection.__schema.directives) directive.args ??= [];
  return buildClientSchema(introspection as unknown as IntrospectionQuery, { assumeValid: true });
}
