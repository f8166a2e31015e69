import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { chaosManifests } from './chaos/manifests.ts';

// Usage: generate.ts [--check]. Writes the files of deploy/ that follow from code; with --check says which are out of date.

const isCheck = process.argv.includes('--check');

for (const [name, text] of Object.entries(chaosManifests())) {
  const file = join(root, 'deploy/chaos-mesh', name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    process.stderr.write(`deploy/chaos-mesh/${name} is out of date: node tools/deploy/src/generate.ts\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
  }
}
