import { ensurePages, ensureServerBundle } from '@loyalnest/dev/build';
import { derived, type Surroundings } from '@loyalnest/dev/distributed/environment';
import { planLayout, type Layout } from '@loyalnest/dev/distributed/layout';
import { frontPrograms, servicePrograms } from '@loyalnest/dev/distributed/programs';
import { describeServices, findServices } from '@loyalnest/dev/distributed/services';
import type { Instance } from '@loyalnest/dev/instance';
import { ensureNginx } from '@loyalnest/dev/nginx/program';
import { startKafkaBroker } from '@loyalnest/platform/local-servers/kafka-broker';
import { startRedisCluster, type RedisCluster } from '@loyalnest/platform/local-servers/redis-cluster';
import { makeInstance, Whole } from './whole.ts';

/** Whom points calls: it has the keys to Shopify. Points keeps those that it was given. */
const calledService = 'auth';
const callingService = 'points';

/** Each service as a process of its own, or as several, behind nginx, on Redis Cluster and Kafka. */
export class Distributed extends Whole {
  readonly shape = 'distributed';
  readonly #layout: Layout;
  #redis: RedisCluster | undefined;

  private constructor(instance: Instance, replicas: number) {
    super(instance);
    this.#layout = planLayout(instance, { services: findServices(), replicas });
  }

  static async open({ replicas }: { replicas: number }): Promise<Distributed> {
    const whole = new Distributed(await makeInstance(), replicas);
    try {
      await whole.#open();
      return whole;
    } catch (error) {
      await whole.remove();
      throw error;
    }
  }

  /** Every process of every service, in the order of services. */
  get processes(): Layout['processes'] {
    return this.#layout.processes;
  }

  override async remove(): Promise<void> {
    const redis = this.#redis;
    await super.remove();
    await redis?.stop();
  }

  async #open(): Promise<void> {
    const { instance, abort, app, secrets, proxies } = this;
    const nginx = await ensureNginx();
    const build = async () => {
      await ensureServerBundle(abort.signal);
      await ensurePages(abort.signal);
      return describeServices(abort.signal);
    };
    const [description] = await Promise.all([build(), this.#openStores()]);
    const layout = this.#layout;
    const logLevel = process.env['LOG_LEVEL'] || 'info';
    // As services see it, everything they need is behind a proxy.
    const surroundings: Surroundings = {
      instance: { ...instance, simulatorUrl: this.proxiedShopifyUrl },
      layout: { ...layout, nginx: { ...layout.nginx, rpc: proxies.rpc } },
      secrets,
      app,
      ownerUrl: this.proxiedOwnerUrl,
      stores: { redisUrl: this.#redis?.url ?? '', kafkaBrokers: `127.0.0.1:${proxies.kafka}` },
      logLevel,
    };
    const { signal } = abort;
    for (const { name, start } of [
      ...frontPrograms({ instance, layout, app, logLevel }, { description, nginx, signal }),
      ...servicePrograms(surroundings, description, signal),
    ])
      this.add(name, start);
    await Promise.all(['pages', 'nginx', ...layout.processes.map(({ name }) => name)].map((name) => this.start(name)));
    await this.toxiproxy.add('service', { listen: proxies.rpc, upstream: layout.nginx.rpc });
    const processesOf = (wanted: string) =>
      layout.processes.filter(({ service }) => service === wanted).map(({ name }) => name);
    this.addMembersTarget('service', {
      members: processesOf(calledService),
      proxies: ['service'],
      forget: async () => {
        for (const name of processesOf(callingService)) await this.restart(name);
      },
    });
  }

  async #openStores(): Promise<void> {
    await this.openGround();
    const { instance, toxiproxy, proxies } = this;
    const { kafka, redis } = this.#layout;
    await toxiproxy.add('kafka', { listen: proxies.kafka, upstream: kafka.clients });
    const nodes = redis.clients.map((upstream, index) => ({ upstream, listen: proxies.redis[index] ?? 0 }));
    for (const [index, ports] of nodes.entries()) await toxiproxy.add(`redis-${index + 1}`, ports);
    this.add('kafka', async () => {
      const broker = await startKafkaBroker({ folder: instance.paths.kafka, ports: kafka, advertised: proxies.kafka });
      const exited = broker.exited.then(() => ({ code: null, signal: null }));
      const stop = () => broker.stop();
      return { name: 'kafka', pid: broker.pid, logFile: instance.logFile('kafka'), logStart: 0, exited, stop };
    });
    await Promise.all([this.start('kafka'), this.#startRedis()]);
    this.addMembersTarget('kafka', { members: ['kafka'], proxies: ['kafka'] });
    this.addTarget({
      name: 'redis',
      proxies: nodes.map((_node, index) => `redis-${index + 1}`),
      pids: () => this.#redis?.nodes.map(({ pid }) => pid) ?? [],
      kill: async () => {
        const redis = this.#redis;
        for (const { pid } of redis?.nodes ?? []) process.kill(pid, 'SIGKILL');
        await redis?.stop();
      },
      restart: () => this.#startRedis(),
    });
  }

  async #startRedis(): Promise<void> {
    this.#redis = await startRedisCluster({
      folder: this.instance.paths.redis,
      ports: this.#layout.redis,
      announced: this.proxies.redis,
      password: derived(this.secrets, 'Redis'),
    });
  }
}
