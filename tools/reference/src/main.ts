import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { format, resolveConfig } from 'prettier';
import { describeConfiguration } from './configuration.ts';
import { describeErrors } from './errors.ts';
import { describeEvents } from './events.ts';
import { findBrokenLinks } from './links.ts';
import { monitoringDocuments } from './monitoring/documents.ts';
import { checkProtobuf, generateProtobuf } from './protobuf.ts';
import { describeServer, type Server } from './server.ts';
import { compareTopics } from './topics.ts';

// Usage: main.ts [--check]. Writes the reference documents; with --check it writes nothing and fails when one is out of
// date, or when something that documents rely on does not hold.
const isCheck = process.argv.includes('--check');
const problems = await (isCheck ? check() : generate());
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

type Document = { path: string; write: (server: Server) => string };

function documents(): readonly Document[] {
  return [
    { path: 'docs/openapi.json', write: ({ api }) => JSON.stringify(api) },
    { path: 'docs/events.md', write: (server) => describeEvents(server) },
    { path: 'docs/configuration.md', write: () => describeConfiguration() },
    { path: 'docs/errors.md', write: ({ api }) => describeErrors(api) },
    ...monitoringDocuments,
  ];
}

async function generate(): Promise<string[]> {
  await generateProtobuf();
  const server = await describeServer();
  for (const { path, write } of documents()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), await formatted(path, write(server)));
  }
  return [...compareTopics(server.topics), ...findBrokenLinks()];
}

async function check(): Promise<string[]> {
  const [protobuf, server] = await Promise.all([checkProtobuf(), describeServer()]);
  const stale: string[] = [];
  for (const { path, write } of documents()) {
    if ((await formatted(path, write(server))) !== readIfThere(path)) stale.push(`${path} is out of date`);
  }
  return [...protobuf, ...stale, ...compareTopics(server.topics), ...findBrokenLinks()];
}

/** As `prettier --check` wants it. */
async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(root, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
