import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, GraphQLScalarType, type GraphQLSchema, type IntrospectionQuery } from 'graphql';

/** The newest stable version that `@shopify/shopify-api` 15 knows. The only one that is answered. */
export const API_VERSION = '2026-10';

export type AdminSchema = {
  graphql: GraphQLSchema;
  /** Scopes of which one is needed, by type (`Order`) and by field (`Mutation.metafieldsSet`). */
  access: Map<string, string[]>;
};

type Part = {
  kind?: string;
  name?: string;
  requiredAccess?: string[];
  fields?: Part[];
  inputFields?: Part[];
  args?: Part[];
  enumValues?: Part[];
  interfaces?: Part[];
  possibleTypes?: Part[];
};

let loaded: AdminSchema | undefined;

/** Shopify's published schema; building it takes a fifth of a second, so it is shared. */
export function loadSchema(): AdminSchema {
  loaded ??= readSchema();
  return loaded;
}

function readSchema(): AdminSchema {
  const folder = new URL('../../schema/', import.meta.url);
  const file = readdirSync(folder).find((name) => name === `admin-${API_VERSION}.json.gz`);
  if (!file) throw new Error(`schema/admin-${API_VERSION}.json.gz is missing; see scripts/update-schema.ts`);
  const introspection = JSON.parse(gunzipSync(readFileSync(new URL(file, folder))).toString()) as {
    __schema: { types: Part[]; directives: Part[] };
  };
  const access = new Map<string, string[]>();
  for (const type of introspection.__schema.types) complete(type, access);
  for (const directive of introspection.__schema.directives) directive.args = (directive.args ?? []).map(plain);
  const graphql = buildClientSchema(introspection as unknown as IntrospectionQuery, { assumeValid: true });
  teachScalars(graphql);
  return { graphql, access };
}

/** Puts back the empty parts that the compact file leaves out. */
function complete(type: Part, access: Map<string, string[]>): void {
  const name = type.name ?? '';
  if (type.requiredAccess) access.set(name, type.requiredAccess);
  for (const field of type.fields ?? []) {
    if (field.requiredAccess) access.set(`${name}.${field.name}`, field.requiredAccess);
    field.args = (field.args ?? []).map(plain);
    plain(field);
  }
  if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') {
    type.fields ??= [];
    type.interfaces ??= [];
  }
  if (type.kind === 'INPUT_OBJECT') type.inputFields = (type.inputFields ?? []).map(plain);
  if (type.kind === 'ENUM') type.enumValues = (type.enumValues ?? []).map(plain);
  if (type.kind === 'INTERFACE' || type.kind === 'UNION') type.possibleTypes ??= [];
}

function plain(part: Part): Part {
  return Object.assign(part, { isDeprecated: false, deprecationReason: null });
}

/** Shopify refuses what is no date or no number; an introspected schema would let every value pass. */
function teachScalars(schema: GraphQLSchema): void {
  teach(schema, 'DateTime', (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
  teach(schema, 'Decimal', isDecimal);
  teach(schema, 'Money', isDecimal);
  teach(schema, 'UnsignedInt64', (value) => /^\d+$/.test(String(value)));
  teach(schema, 'URL', (value) => typeof value === 'string' && URL.canParse(value));
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d*)?$/.test(value));
}

function teach(schema: GraphQLSchema, name: string, accepts: (value: unknown) => boolean): void {
  const type = schema.getType(name);
  if (!(type instanceof GraphQLScalarType)) throw new Error(`the schema has no scalar ${name}`);
  type.coerceInputValue = (value) => {
    if (!accepts(value)) throw new TypeError(`${JSON.stringify(value)} is not a valid ${name}`);
    return typeof value === 'number' ? String(value) : value;
  };
}
