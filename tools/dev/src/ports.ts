import { createServer } from 'node:net';
import { UserError } from './errors.ts';
import { partNames, type Instance, type PartName } from './instance.ts';

/** Throws with the first port that somebody else has, and with ports that are free. */
export async function assertPortsFree(instance: Instance, needed: readonly PartName[] = partNames): Promise<void> {
  for (const part of needed) {
    const port = instance.ports[part];
    const problem = await tryPort(port);
    if (problem === 'EADDRINUSE') {
      const base = await findFreeBase(instance.ports.server);
      const advice =
        base === undefined ? 'set LOYALNEST_PORT_BASE' : `choose others: LOYALNEST_PORT_BASE=${base} ./dev.sh`;
      throw new UserError(`port ${port} (${part}) is taken by another program; stop that, or ${advice}`);
    }
    if (problem === 'EACCES')
      throw new UserError(`port ${port} (${part}) is not allowed for this user; set LOYALNEST_PORT_BASE above 1023`);
    if (problem) throw new UserError(`port ${port} (${part}) cannot be used: ${problem}`);
  }
}

/** The system's code for what is wrong with a port of 127.0.0.1; undefined when it can be used. */
async function tryPort(port: number): Promise<string | undefined> {
  const probe = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((settle) => {
    probe.once('error', settle);
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => settle(undefined));
  });
  if (problem) return problem.code ?? problem.message;
  await new Promise((settle) => probe.close(settle));
  return undefined;
}

const baseStep = 100;
const basesMax = 20;

/** The first of three neighbouring free ports above `from`. */
export async function findFreeBase(from: number): Promise<number | undefined> {
  for (let step = 1; step <= basesMax; step += 1) {
    const base = from + step * baseStep;
    if (base + 2 > 65_535) return undefined;
    const problems = await Promise.all([base, base + 1, base + 2].map(tryPort));
    if (problems.every((problem) => problem === undefined)) return base;
  }
  return undefined;
}
