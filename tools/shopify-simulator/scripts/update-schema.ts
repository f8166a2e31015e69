/**
 * Makes `schema/admin-<version>.json.gz` from Shopify's published introspection:
 *
 *   npm pack @shopify/dev-mcp@1.16.0        (in a temporary folder; installing it would drag in 447 MB)
 *   node scripts/update-schema.ts shopify-dev-mcp-1.16.0.tgz 2026-10
 *
 * Kept is what graphql-js needs to build the schema, and the access scopes that Shopify states per type and field.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

const KEPT = new Set([
  'queryType',
  'mutationType',
  'types',
  'directives',
  'kind',
  'name',
  'fields',
  'inputFields',
  'interfaces',
  'enumValues',
  'possibleTypes',
  'args',
  'type',
  'ofType',
  'defaultValue',
  'locations',
  'isRepeatable',
  'isOneOf',
]);
const SCOPE = /`((?:read|write)_[a-z_]+)`/g;

type Node = Record<string, unknown>;

const [tarball, version] = process.argv.slice(2);
if (!tarball || !version) {
  console.error('usage: update-schema.ts TARBALL VERSION   (for example shopify-dev-mcp-1.16.0.tgz 2026-10)');
  process.exit(2);
}

const packed = execFileSync('tar', ['xzfO', tarball, `package/dist/data/admin_${version}.json.gz`], {
  maxBuffer: 64 * 1024 * 1024,
});
const source = z
  .object({ data: z.object({ __schema: z.record(z.string(), z.unknown()) }) })
  .parse(JSON.parse(gunzipSync(packed).toString()));
const compact = { __schema: strip(source.data.__schema) };
const target = new URL(`../schema/admin-${version}.json.gz`, import.meta.url);
const bytes = gzipSync(JSON.stringify(compact), { level: 9 });
writeFileSync(target, bytes);
console.log(`${target.pathname}: ${bytes.length} bytes`);

/** Drops descriptions and everything that is empty; `loadSchema` puts the empty parts back. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept: Node = {};
  for (const [key, child] of Object.entries(value)) {
    if (key === 'requiredAccess') {
      const scopes = typeof child === 'string' ? [...child.matchAll(SCOPE)].map((match) => match[1]) : [];
      if (scopes.length > 0) kept['requiredAccess'] = scopes;
    } else if (KEPT.has(key) && child !== null && child !== false && !(Array.isArray(child) && child.length === 0)) {
      kept[key] = strip(child);
    }
  }
  return kept;
}
