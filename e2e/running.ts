import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { portCount } from '@loyalnest/dev/distributed/layout';
import { toolEnvironment } from '@loyalnest/dev/environment';
import { findInstance, root, type Instance, type Shape } from '@loyalnest/dev/instance';
import type { WantedShape } from '@loyalnest/dev/up';
import { readSecrets } from '@loyalnest/dev/secrets';
import { readState } from '@loyalnest/dev/state';

/** A whole that runs somewhere: where its doors are, and what its neighbours know. */
export type Running = {
  shape: Shape;
  home: string;
  portBase: number;
  serverUrl: string;
  simulatorUrl: string;
  clientId: string;
  clientSecret: string;
  /** For looking at what is stored, never for putting anything there. */
  ownerUrl: string;
  /** What the services' own roles are made from. */
  roleSecret: string;
};

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface can be extended
  interface ProvidedContext {
    running: Running;
  }
}

/** What an instance that runs tells other programs. */
export function describeRunning(instance: Instance): Running {
  const state = readState(instance);
  if (!state) throw new Error('the instance has left no state');
  return fromEnvironment(toolEnvironment(instance, { state, secrets: readSecrets(instance) }));
}

/** The whole that this process was started for; `undefined` if it was started by itself. */
export function findRunning(env: NodeJS.ProcessEnv): Running | undefined {
  return env['SERVER_URL'] && env['SIMULATOR_URL'] && env['OWNER_DATABASE_URL'] ? fromEnvironment(env) : undefined;
}

function fromEnvironment(env: NodeJS.ProcessEnv): Running {
  const get = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    shape: get('LOYALNEST_SHAPE') === 'distributed' ? 'distributed' : 'one-process',
    home: get('LOYALNEST_HOME'),
    portBase: Number(get('LOYALNEST_PORT_BASE')),
    serverUrl: get('SERVER_URL'),
    simulatorUrl: get('SIMULATOR_URL'),
    clientId: get('SHOPIFY_CLIENT_ID'),
    clientSecret: get('SHOPIFY_CLIENT_SECRET'),
    ownerUrl: get('OWNER_DATABASE_URL'),
    roleSecret: get('DATABASE_ROLE_SECRET'),
  };
}

/** The shape that the flows run against: each has to pass in both. */
export function wantedShape(env: NodeJS.ProcessEnv = process.env): WantedShape {
  const shape = env['LOYALNEST_E2E_SHAPE'] || 'one-process';
  if (shape === 'one-process') return { shape };
  if (shape === 'distributed') return { shape, replicas: 1 };
  throw new Error(`LOYALNEST_E2E_SHAPE is "${shape}"; it must be one-process or distributed`);
}

/** How many ports from its base on a whole of that shape may use. */
export function portsOf({ shape }: Pick<WantedShape, 'shape'>): number {
  return shape === 'distributed' ? portCount : 4;
}

export type CommandResult = { exitCode: number | null; stdout: string; stderr: string };

/** Runs `./dev.sh` for that whole, as a person would, from another folder. */
export async function runCommand(running: Pick<Running, 'home' | 'portBase'>, args: string[]): Promise<CommandResult> {
  const child = spawn(join(root, 'dev.sh'), args, {
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LOYALNEST_HOME: running.home,
      LOYALNEST_PORT_BASE: String(running.portBase),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  return { exitCode, stdout, stderr };
}

export function instanceAt(home: string, portBase: number): Instance {
  return findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(portBase) });
}
