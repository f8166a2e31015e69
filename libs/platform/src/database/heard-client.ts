import pg from 'pg';

/**
 * A connection whose loss is heard. One that breaks while it is in use tells whoever waits for its answer; the event that
 * it gives besides would end the process if nobody listened, and a pool listens to idle connections only.
 */
export class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
