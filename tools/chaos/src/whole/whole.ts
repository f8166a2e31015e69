import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portCount } from '@loyalnest/dev/distributed/layout';
import { migrateDatabase, startDatabase } from '@loyalnest/dev/database';
import { findShopifyApp, simulatorEnvironment, type ShopifyApp } from '@loyalnest/dev/environment';
import { prepareHome } from '@loyalnest/dev/home';
import { findInstance, root, type Instance, type Shape } from '@loyalnest/dev/instance';
import { startProgram, type Part } from '@loyalnest/dev/part';
import { findFreeBase } from '@loyalnest/dev/ports';
import { ensureSecrets, type Secrets } from '@loyalnest/dev/secrets';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { Toxiproxy } from '../toxiproxy/toxiproxy.ts';
import type { Target, TargetName } from './target.ts';

/** Away from the ports that a running copy, its neighbours, the tests or the benches use. */
const lowestPortBase = 24_400;
/** Behind those of both shapes. */
const proxyPorts = { api: 60, postgres: 61, shopify: 62, kafka: 63, rpc: 64, redis: [65, 66, 67] } as const;

/** A process that can be ended and started again. */
export type Member = { start(): Promise<Part>; part?: Part };

/** PostgreSQL, the simulator and proxies, in a folder and on ports of their own; a shape adds the product to them. */
export abstract class Whole {
  abstract readonly shape: Shape;
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly app: ShopifyApp;
  readonly proxies: { api: number; postgres: number; shopify: number; kafka: number; rpc: number; redis: number[] };
  protected readonly abort = new AbortController();
  /** In the order in which they were started first; they are stopped the other way round. */
  protected readonly members = new Map<string, Member>();
  readonly #targets = new Map<TargetName, Target>();
  #toxiproxy: Toxiproxy | undefined;
  #ownerUrl = '';

  protected constructor(instance: Instance) {
    const base = instance.ports.server;
    const { redis, ...single } = proxyPorts;
    this.instance = instance;
    this.secrets = ensureSecrets(instance);
    this.app = findShopifyApp(instance, this.secrets, {});
    this.proxies = {
      api: base + single.api,
      postgres: base + single.postgres,
      shopify: base + single.shopify,
      kafka: base + single.kafka,
      rpc: base + single.rpc,
      redis: redis.map((offset) => base + offset),
    };
  }

  /** Of the superuser and past the proxy: for looking at the result. */
  get ownerUrl(): string {
    return this.#ownerUrl;
  }

  /** The same as the product is told it. */
  get proxiedOwnerUrl(): string {
    const url = new URL(this.#ownerUrl);
    url.port = String(this.proxies.postgres);
    return url.toString();
  }

  get pointsUrl(): string {
    const { databaseRoleSecret: roleSecret } = this.secrets;
    return serviceDatabaseUrl({ databaseUrl: this.#ownerUrl, service: 'points', roleSecret });
  }

  get proxiedShopifyUrl(): string {
    return `http://127.0.0.1:${this.proxies.shopify}`;
  }

  get toxiproxy(): Toxiproxy {
    if (!this.#toxiproxy) throw new Error('toxiproxy was not started');
    return this.#toxiproxy;
  }

  /** `undefined` where this shape does without it. */
  findTarget(name: TargetName): Target | undefined {
    return this.#targets.get(name);
  }

  partOf(name: string): Part {
    const part = this.members.get(name)?.part;
    if (!part) throw new Error(`${name} is not running`);
    return part;
  }

  async start(name: string): Promise<void> {
    const member = this.members.get(name);
    if (!member) throw new Error(`there is no ${name}`);
    member.part = await member.start();
  }

  /** As who deploys does: it is told to stop, and the next one is waited for. */
  async restart(name: string): Promise<void> {
    await this.partOf(name).stop();
    await this.start(name);
  }

  async kill(name: string): Promise<void> {
    const part = this.partOf(name);
    process.kill(part.pid, 'SIGKILL');
    await part.exited;
  }

  async remove(): Promise<void> {
    this.abort.abort();
    for (const { part } of [...this.members.values()].reverse()) await part?.stop();
    await this.#toxiproxy?.part.stop();
    rmSync(this.instance.home, { recursive: true, force: true });
  }

  protected add(name: string, start: () => Promise<Part>): void {
    this.members.set(name, { start });
  }

  protected addTarget(target: Target): void {
    this.#targets.set(target.name, target);
  }

  /** A target of one or several members. */
  protected addMembersTarget(
    name: TargetName,
    options: { members: string[] } & Pick<Target, 'proxies' | 'forget'>,
  ): void {
    const { members, ...target } = options;
    this.addTarget({
      name,
      ...target,
      pids: () => members.map((member) => this.partOf(member).pid),
      kill: async () => void (await Promise.all(members.map((member) => this.kill(member)))),
      restart: async () => void (await Promise.all(members.map((member) => this.start(member)))),
    });
  }

  /** What both shapes stand on. */
  protected async openGround(): Promise<void> {
    const { instance, app, proxies, abort } = this;
    this.#toxiproxy = await Toxiproxy.start(instance, { port: proxies.api, signal: abort.signal });
    await this.toxiproxy.add('postgres', { listen: proxies.postgres, upstream: instance.ports.postgres });
    await this.toxiproxy.add('shopify', { listen: proxies.shopify, upstream: instance.ports.simulator });
    this.add('simulator', () =>
      startProgram({
        name: 'simulator',
        args: [join(root, 'tools/shopify-simulator/src/main.ts')],
        env: simulatorEnvironment(instance, app),
        logFile: instance.logFile('simulator'),
        cacheDir: instance.paths.cache,
        healthUrl: `${instance.simulatorUrl}/control`,
        signal: abort.signal,
      }),
    );
    this.add('postgres', async () => {
      const { ownerUrl, part } = await startDatabase(instance, undefined);
      if (!part) throw new Error('PostgreSQL is not ours');
      this.#ownerUrl = ownerUrl;
      return part;
    });
    await Promise.all([this.start('simulator'), this.start('postgres')]);
    await migrateDatabase({ ownerUrl: this.#ownerUrl, roleSecret: this.secrets.databaseRoleSecret });
    this.addMembersTarget('postgres', { members: ['postgres'], proxies: ['postgres'] });
    this.addMembersTarget('shopify', { members: ['simulator'], proxies: ['shopify'] });
  }
}

/** A folder and ports of its own. */
export async function makeInstance(): Promise<Instance> {
  const base = await findFreeBase(lowestPortBase, portCount);
  if (base === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
  const home = mkdtempSync(join(tmpdir(), 'loyalnest-chaos-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(home, 0o755);
  const instance = findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(base) });
  prepareHome(instance);
  return instance;
}
