import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { ensureServerBundle } from '@loyalnest/dev/build';
import { describeServices } from '@loyalnest/dev/distributed/services';
import { chaosManifests } from './chaos/manifests.ts';
import { containerConfig } from './nginx/container-config.ts';

// Usage: generate.ts [--check]. Writes the files of deploy/ that follow from code; with --check says which are out of date.

const isCheck = process.argv.includes('--check');

const { signal } = new AbortController();
await ensureServerBundle(signal);
const { services } = await describeServices(signal);

const files = {
  ...Object.fromEntries(Object.entries(chaosManifests()).map(([name, text]) => [`deploy/chaos-mesh/${name}`, text])),
  'deploy/nginx/container.conf': containerConfig(services),
};

for (const [name, text] of Object.entries(files)) {
  const file = join(root, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    process.stderr.write(`${name} is out of date: node tools/deploy/src/generate.ts\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
  }
}
