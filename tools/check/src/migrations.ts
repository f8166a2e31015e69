import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { findServices, postgresMajorMin } from '@loyalnest/platform/database/migrate';
import { isOutside } from '@loyalnest/platform/database/apply-migration';
import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/** The last migration of each service that the first release brings: no older version ever runs beside those. */
const firstReleaseLast: Readonly<Record<string, number>> = {
  'admin-core': 23,
  auth: 5,
  'event-tracking': 5,
  points: 52,
};

/** The migrator sets limits itself and runs a migration whole or not at all; the others are a matter of taste. */
const excludedRules = [
  'require-lock-timeout',
  'require-statement-timeout',
  'prefer-robust-stmts',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
];
// An index built concurrently in a transaction needs no rule: the migration itself fails.

/**
 * What squawk has no rule for and the version before may miss or wait for, as squawk's parser calls it. `DO` hides what it does.
 */
const refusedParts =
  /^(DROP_(FUNCTION|PROCEDURE|ROUTINE|AGGREGATE|VIEW|MATERIALIZED_VIEW|SCHEMA|TYPE|DOMAIN|SEQUENCE)|(\w+_)?RENAME_\w+|SET_SCHEMA|SET_LOGGED|SET_UNLOGGED|CLUSTER|TRUNCATE|LOCK|VACUUM|DO)$/;

/** A reason on the line before, then what is allowed. */
const ignoreLine = /^-- squawk-ignore (.+)$/;

/** Looks at the migrations that may run while the version before still serves. */
export async function checkMigrations(servicesDir = join(root, 'services')): Promise<Outcome> {
  const files = findServices(servicesDir).flatMap((service) => laterMigrations(servicesDir, service));
  const findings: string[] = [];
  for (const file of files) findings.push(...(await checkMigration(file)));
  return {
    isPassed: findings.length === 0,
    output: findings.map((finding) => `${finding}\n`).join(''),
    note: `${files.length} after the first release`,
  };
}

function laterMigrations(servicesDir: string, service: string): string[] {
  const folder = join(servicesDir, service, 'migrations');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql') && Number.parseInt(name, 10) > (firstReleaseLast[service] ?? 0))
    .sort()
    .map((name) => join(folder, name));
}

async function checkMigration(file: string): Promise<string[]> {
  const text = readFileSync(file, 'utf8');
  const inside = isOutside({ text }) ? [] : ['--assume-in-transaction'];
  const options = ['--pg-version', String(postgresMajorMin), ...inside, '--reporter', 'gcc'];
  const [linted, parsed] = await Promise.all([
    squawk([...options, ...excludedRules.flatMap((rule) => ['--exclude', rule]), file]),
    squawk(['--debug', 'parse', file]),
  ]);
  // It does not know the parts that are refused here.
  const found = linted.output.split('\n').filter((line) => line !== '' && !line.includes('unused-ignore unknown name'));
  if (found.length === 0 && (linted.exitCode ?? 2) > 1) found.push(`${file}: squawk ended with ${linted.exitCode}`);
  return [...found, ...findRefused(file, text, parsed.output), ...findUnexplained(file, text)];
}

function squawk(args: readonly string[]) {
  return runNode('node_modules/squawk-cli/js/bin/squawk', args);
}

/** Lines such as `    TABLE_RENAME_TO@14..25`; the statement they are a part of is the last one two columns in. */
function findRefused(file: string, text: string, tree: string): string[] {
  const bytes = Buffer.from(text);
  const findings: string[] = [];
  let statementAt = 0;
  for (const [, indent = '', part = '', at = ''] of tree.matchAll(/^( +)([A-Z_]+)@(\d+)\.\./gm)) {
    if (indent.length === 2) statementAt = Number(at);
    const before = bytes.subarray(0, statementAt).toString().trimEnd().split('\n');
    const rule = part.toLowerCase().replaceAll('_', '-');
    if (
      !refusedParts.test(part) ||
      ignoreLine
        .exec(before.at(-1) ?? '')?.[1]
        ?.split(', ')
        .includes(rule)
    )
      continue;
    findings.push(`${file}:${before.length}: ${rule}: the version before may need it, or wait for it`);
  }
  return findings;
}

function findUnexplained(file: string, text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (!line.includes('squawk-ignore')) return [];
    const isExplained = ignoreLine.test(line) && /^-- \w+ \w+/.test(lines[index - 1] ?? '');
    return isExplained
      ? []
      : [`${file}:${index + 1}: say on the line before why this is safe, for one statement at a time`];
  });
}
