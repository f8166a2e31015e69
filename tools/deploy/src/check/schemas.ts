import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userCache } from '@loyalnest/platform/local-servers/system-program';
import { parse } from 'yaml';
import { fetchModule } from './validators.ts';

/**
 * Where the schemas come from: the API that Kubernetes publishes with its source, and the resource definitions that the
 * operators publish with theirs. All are Go modules, which the module proxy keeps, so nothing else has to be reachable.
 */
const kubernetes = 'k8s.io/kubernetes@v1.37.2';
const definitions = [
  {
    module: 'github.com/chaos-mesh/chaos-mesh@v0.9.1-0.20260902003049-47411975a8cb',
    files: 'config/crd/bases/*.yaml',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: 'example/prometheus-operator-crd/*_{servicemonitors,prometheusrules}.yaml',
  },
];

type Schema = { [key: string]: unknown };

/** A folder with a JSON schema for each kind, `deployment-apps-v1.json`, that allows no fields it does not name. */
export async function ensureSchemas(): Promise<string> {
  const sources = createHash('sha256')
    .update(JSON.stringify([kubernetes, definitions]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(userCache, 'kubernetes-schemas', sources);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    writeKubernetes(await fetchModule(kubernetes), work);
    for (const { module, files } of definitions) {
      const source = await fetchModule(module);
      for (const file of globSync(files, { cwd: source })) writeDefinition(join(source, file), work);
    }
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

type Kind = { group: string; version: string; kind: string };

function writeKubernetes(source: string, folder: string): void {
  const text = readFileSync(join(source, 'api/openapi-spec/swagger.json'), 'utf8');
  const { definitions: all } = JSON.parse(text) as { definitions: Record<string, Schema> };
  const strict = Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, closed(schema)]));
  // An amount is written as text or as a number, and the published type is text.
  for (const name of [
    'io.k8s.apimachinery.pkg.api.resource.Quantity',
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  ])
    strict[name] = { oneOf: [{ type: 'string' }, { type: 'number' }] };
  writeFileSync(join(folder, '_definitions.json'), JSON.stringify({ definitions: strict }));
  for (const [name, schema] of Object.entries(all)) {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as Kind[];
    const [kind] = kinds;
    // Those with many are parts that every API repeats, such as the options of a deletion.
    if (kind && kinds.length === 1) write(folder, kind, { $ref: `_definitions.json#/definitions/${name}` });
  }
}

type Definition = {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
};

function writeDefinition(file: string, folder: string): void {
  const { spec } = parse(readFileSync(file, 'utf8')) as Definition;
  for (const { name, schema } of spec.versions) {
    write(folder, { group: spec.group, version: name, kind: spec.names.kind }, closed(schema.openAPIV3Schema));
  }
}

/** Under the name that kubeconform looks for. */
function write(folder: string, { group, version, kind }: Kind, schema: Schema): void {
  const name = [kind, group.split('.')[0], version].filter(Boolean).join('-').toLowerCase();
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(schema));
}

/** Refuses what it does not name, at every depth, except where a definition says that anything may stand. */
function closed(schema: Schema): Schema {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties' ? closeEach(value as Schema) : closeValue(value),
    ]),
  );
  // The metadata of a custom resource is that of every object, which its definition leaves out.
  const isOpen =
    !('properties' in schema) || 'additionalProperties' in schema || schema['x-kubernetes-preserve-unknown-fields'];
  return isOpen ? inner : { ...inner, additionalProperties: false };
}

/** Properties may be called anything, also like a word of the schema language. */
function closeEach(properties: Schema): Schema {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, closeValue(value)]));
}

function closeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeValue);
  return typeof value === 'object' && value !== null ? closed(value as Schema) : value;
}
