import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServerBundle, serverBundle } from '@loyalnest/dev/build';
import { migrateDatabase, startDatabase } from '@loyalnest/dev/database';
import { findShopifyApp, serverEnvironment } from '@loyalnest/dev/environment';
import { prepareHome } from '@loyalnest/dev/home';
import { findInstance, type Instance } from '@loyalnest/dev/instance';
import { startProgram, type Part } from '@loyalnest/dev/part';
import { findFreeBase } from '@loyalnest/dev/ports';
import { ensureSecrets, type Secrets } from '@loyalnest/dev/secrets';

/** Away from the ports that a running copy, its neighbours or the tests use. */
const lowestPortBase = 21_400;

/** A PostgreSQL and a server of our own, as `./dev.sh` starts them, in a folder that goes away afterwards. */
export class Bed {
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly #abort = new AbortController();
  #postgres: Part | undefined;
  #server: Part | undefined;
  #ownerUrl = '';

  private constructor(instance: Instance, secrets: Secrets) {
    this.instance = instance;
    this.secrets = secrets;
  }

  /** Builds the server if needed and starts PostgreSQL with an empty schema; the server is started by `startServer`. */
  static async make(): Promise<Bed> {
    const base = await findFreeBase(lowestPortBase);
    if (base === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
    const home = mkdtempSync(join(tmpdir(), 'loyalnest-load-'));
    // Root runs PostgreSQL as another user, who has to get at it.
    chmodSync(home, 0o755);
    const instance = findInstance({ LOYALNEST_HOME: home, LOYALNEST_PORT_BASE: String(base) });
    prepareHome(instance);
    const bed = new Bed(instance, ensureSecrets(instance));
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

  get serverPid(): number {
    if (!this.#server) throw new Error('the server is not running');
    return this.#server.pid;
  }

  async startPostgres(): Promise<void> {
    const { ownerUrl, part } = await startDatabase(this.instance, undefined);
    this.#ownerUrl = ownerUrl;
    this.#postgres = part;
  }

  async startServer(): Promise<void> {
    const app = findShopifyApp(this.instance, this.secrets, {});
    this.#server = await startProgram({
      name: 'server',
      args: ['--enable-source-maps', serverBundle],
      env: serverEnvironment(this.instance, {
        ownerUrl: this.#ownerUrl,
        roleSecret: this.secrets.databaseRoleSecret,
        app,
      }),
      logFile: this.instance.logFile('server'),
      healthUrl: `${this.instance.serverUrl}/readyz`,
      signal: this.#abort.signal,
    });
  }

  async stopServer(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async remove(): Promise<void> {
    this.#abort.abort();
    await this.stopServer();
    await this.#postgres?.stop();
    rmSync(this.instance.home, { recursive: true, force: true });
  }
}
