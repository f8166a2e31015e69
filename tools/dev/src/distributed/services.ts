import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { root } from '../instance.ts';

const descriptionSchema = z.object({
  api: z.looseObject({}),
  services: z.array(
    z.object({
      name: z.string(),
      encrypts: z.boolean(),
      reads: z.array(z.string()),
      calls: z.array(z.string()),
      doors: z.object({
        paths: z.array(z.string()),
        sockets: z.array(z.string()),
        rpc: z.array(z.string()),
        topics: z.array(z.string()),
      }),
    }),
  ),
});

/** What the services say about themselves (`apps/server/src/describe.ts`). */
export type Description = z.infer<typeof descriptionSchema>;
export type DescribedService = Description['services'][number];

/** Every folder of a service that has a program. */
export function findServices(): string[] {
  return globSync('services/*/src/main.ts', { cwd: root })
    .map((file) => file.split(/[\\/]/)[1] ?? '')
    .sort();
}

const printedBytesMax = 16 * 1024 * 1024;

/** Asks the built programs; decorators and dependency injection leave no other way to know. */
export async function describeServices(signal: AbortSignal): Promise<Description> {
  const program = join(root, 'apps/server/dist/describe.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: printedBytesMax, signal });
  return descriptionSchema.parse(JSON.parse(stdout));
}

export function programOf(service: string): string {
  return join(root, 'apps/server/dist/services', `${service}.js`);
}
