import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ensureServerBundle, nodeArgs, serverBundle } from '@loyalnest/dev/build';
import { migrateDatabase, startDatabase } from '@loyalnest/dev/database';
import { findShopifyApp, serverEnvironment, simulatorEnvironment, type ShopifyApp } from '@loyalnest/dev/environment';
import { prepareHome } from '@loyalnest/dev/home';
import { findInstance, root, type Instance } from '@loyalnest/dev/instance';
import { describeExit, lastWords, startProgram, type Part } from '@loyalnest/dev/part';
import { findFreeBase } from '@loyalnest/dev/ports';
import { ensureSecrets, type Secrets } from '@loyalnest/dev/secrets';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';

/** Away from the ports that a running copy, its neighbours or the tests use. */
const lowestPortBase = 21_400;
const simulatorProgram = join(root, 'tools/shopify-simulator/src/main.ts');

/** A PostgreSQL and a server of our own, started as `./dev.sh` does, in a folder that goes away afterwards. */
export class Bed {
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly #app: ShopifyApp;
  readonly #abort = new AbortController();
  readonly #parts: Partial<Record<'postgres' | 'simulator' | 'server', Part>> = {};
  #ownerUrl = '';

  private constructor(instance: Instance) {
    this.instance = instance;
    this.secrets = ensureSecrets(instance);
    this.#app = findShopifyApp(instance, this.secrets, {});
  }

  /**
   * Builds the server if needed, and starts PostgreSQL with an empty schema and nothing else. From its base on, `ports` are
   * free; one process needs no more than are asked for unless told.
   */
  static async make({ ports }: { ports?: number } = {}): Promise<Bed> {
    const base = await findFreeBase(lowestPortBase, ports);
    if (base === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
    const home = mkdtempSync(join(tmpdir(), 'loyalnest-load-'));
    // Root runs PostgreSQL as another user, who has to get at it.
    chmodSync(home, 0o755);
    const instance = findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(base) });
    prepareHome(instance);
    const bed = new Bed(instance);
    try {
      await ensureServerBundle(bed.#abort.signal);
      await bed.startPostgres();
      await migrateDatabase({ ownerUrl: bed.ownerUrl, roleSecret: bed.secrets.databaseRoleSecret });
      return bed;
    } catch (error) {
      await bed.remove();
      throw error;
    }
  }

  /** Of the superuser: for preparing and for looking at the result, never for what is measured. */
  get ownerUrl(): string {
    return this.#ownerUrl;
  }

  databaseUrlOf(service: string): string {
    return serviceDatabaseUrl({ databaseUrl: this.#ownerUrl, service, roleSecret: this.secrets.databaseRoleSecret });
  }

  get serverPid(): number {
    return this.#part('server').pid;
  }

  async startPostgres(): Promise<void> {
    const { ownerUrl, part } = await startDatabase(this.instance, undefined);
    this.#ownerUrl = ownerUrl;
    if (part) this.#parts.postgres = part;
  }

  /** What was set with `alter system` holds from then on. */
  async restartPostgres(): Promise<void> {
    await this.#part('postgres').stop();
    await this.startPostgres();
  }

  async startSimulator(): Promise<void> {
    this.#parts.simulator = await startProgram({
      name: 'simulator',
      args: [simulatorProgram],
      env: simulatorEnvironment(this.instance, this.#app),
      logFile: this.instance.logFile('simulator'),
      cacheDir: this.instance.paths.cache,
      healthUrl: `${this.instance.simulatorUrl}/control`,
      signal: this.#abort.signal,
    });
  }

  /** `environment` is added to what `./dev.sh` gives it. */
  async startServer(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#parts.server = await startProgram({
      name: 'server',
      args: [...nodeArgs, serverBundle],
      env: {
        ...serverEnvironment(this.instance, {
          ownerUrl: this.#ownerUrl,
          roleSecret: this.secrets.databaseRoleSecret,
          app: this.#app,
        }),
        ...environment,
      },
      logFile: this.instance.logFile('server'),
      cacheDir: this.instance.paths.cache,
      healthUrl: `${this.instance.serverUrl}/readyz`,
      signal: this.#abort.signal,
    });
  }

  /** Ends a part at once, wherever it is in its work. Resolves when it is gone. */
  async kill(name: 'postgres' | 'server', signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    const part = this.#part(name);
    const earlier = await Promise.race([part.exited, setImmediate(undefined)]);
    if (earlier) throw new Error(`${describeExit(name, earlier)} by itself${lastWords(part)}`);
    process.kill(part.pid, signal);
    await part.exited;
    delete this.#parts[name];
  }

  async remove(): Promise<void> {
    this.#abort.abort();
    for (const name of ['server', 'simulator', 'postgres'] as const) await this.#parts[name]?.stop();
    if (existsSync(this.instance.home)) rmSync(this.instance.home, { recursive: true, force: true });
  }

  #part(name: 'postgres' | 'server'): Part {
    const part = this.#parts[name];
    if (!part) throw new Error(`${name} was not started`);
    return part;
  }
}
