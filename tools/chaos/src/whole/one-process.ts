import { ensureServerBundle, nodeArgs, serverBundle } from '@loyalnest/dev/build';
import { serverEnvironment } from '@loyalnest/dev/environment';
import { startProgram } from '@loyalnest/dev/part';
import { makeInstance, Whole } from './whole.ts';

/** All services in one process; it needs PostgreSQL and Shopify. */
export class OneProcess extends Whole {
  readonly shape = 'one-process';

  static async open(): Promise<OneProcess> {
    const whole = new OneProcess(await makeInstance());
    try {
      await whole.#open();
      return whole;
    } catch (error) {
      await whole.remove();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { instance, abort } = this;
    this.add('server', () =>
      startProgram({
        name: 'server',
        args: [...nodeArgs, serverBundle],
        env: {
          ...serverEnvironment(instance, {
            ownerUrl: this.proxiedOwnerUrl,
            roleSecret: this.secrets.databaseRoleSecret,
            app: this.app,
          }),
          SHOPIFY_GATEWAY_URL: this.proxiedShopifyUrl,
        },
        logFile: instance.logFile('server'),
        cacheDir: instance.paths.cache,
        healthUrl: `${instance.serverUrl}/readyz`,
        signal: abort.signal,
      }),
    );
    await Promise.all([ensureServerBundle(abort.signal), this.openGround()]);
    await this.start('server');
  }
}
