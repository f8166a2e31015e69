import { connect, createServer } from 'node:net';
import { UserError } from './errors.ts';
export type NeededPort = { part: string; port: number };

/** Throws with the first port that somebody else has, and with ports that are free. */
export async function assertPortsFree(base: number, needed: readonly NeededPort[]): Promise<void> {
  for (const { part, port } of needed) {
    const problem = await tryPort(port);
    if (problem === 'EADDRINUSE') {
      const free = await findFreeBase(base, portSpan(base, needed));
      const advice =
        free === undefined ? 'set LOYALNEST_PORT_BASE' : `choose others: LOYALNEST_PORT_BASE=${free} ./dev.sh`;
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

/** How many ports from the base on are in use. */
function portSpan(base: number, needed: readonly NeededPort[]): number {
  return Math.max(...needed.map(({ port }) => port - base + 1));
}

const baseStep = 100;
const basesMax = 20;

/** The first of neighbouring free ports above `from`; one process needs four of them. */
export async function findFreeBase(from: number, count = 4): Promise<number | undefined> {
  for (let step = 1; step <= basesMax; step += 1) {
    const base = from + step * baseStep;
    if (base + count > 65_536) return undefined;
    const problems = await Promise.all(Array.from({ length: count }, (_, index) => tryPort(base + index)));
    if (problems.every((problem) => problem === undefined)) return base;
  }
  return undefined;
}

const connectTimeoutMs = 3_000;

/** Whether somebody takes connections on a port of this machine. */
export async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', timeout: connectTimeoutMs });
  const outcome = await new Promise<boolean>((settle) => {
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
  socket.destroy();
  return outcome;
}
