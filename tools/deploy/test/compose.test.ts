import { ownerOf, rpcUrlName } from '@loyalnest/platform/rpc/contracts';
import { describe, expect, it } from 'vitest';
import { nginxKeepsUnusedMs, serviceOf, services, yamlOf } from './files.ts';

type Container = {
  image?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  network_mode?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string>;
  secrets?: (string | { source: string; target: string })[];
  volumes?: unknown[];
  ports?: string[];
  healthcheck?: { disable?: boolean };
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }> | string[];
  deploy?: { resources?: { limits?: { memory?: string; cpus?: string; pids?: number } } };
  networks?: string[] | Record<string, unknown>;
  extends?: unknown;
};

type Compose = {
  services: Record<string, Container>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
};

const compose = yamlOf('deploy/compose/compose.yaml') as Compose;
const small = yamlOf('deploy/compose/compose.small.yaml') as Compose;
const sourceOf = (secret: string | { source: string }) => (typeof secret === 'string' ? secret : secret.source);

describe('compose.yaml', () => {
  it.each(services)('runs %s as a process of its own, as its own role of the database', (name) => {
    const container = compose.services[name];
    expect(container).toBeDefined();
    expect(container?.command).toEqual([`apps/server/dist/services/${name}.js`]);
    expect(container?.secrets).toContainEqual({ source: `database-url-${name}`, target: 'database-url' });
    expect(compose.secrets).toHaveProperty(`database-url-${name}`);
  });

  it.each(services)('has nginx wait for %s, and pages look after it', (name) => {
    expect(compose.services['nginx']?.depends_on).toHaveProperty(name, { condition: 'service_healthy', restart: true });
    expect(compose.services['pages']?.environment?.['SERVICE_URLS']?.split(',')).toContain(
      `${name}=http://${name}:7400`,
    );
  });

  it.each(services)('tells %s where those answer whom it calls', async (name) => {
    const { calls = [] } = await serviceOf(name);
    for (const owner of calls.map(ownerOf)) {
      expect(compose.services[name]?.environment).toHaveProperty(rpcUrlName(owner), `http://${owner}:7401`);
    }
  });

  it('gives no service the login of another, or of the owner', () => {
    for (const name of services) {
      const urls = (compose.services[name]?.secrets ?? [])
        .map(sourceOf)
        .filter((secret) => secret.startsWith('database-'));
      expect(urls).toEqual([`database-url-${name}`]);
    }
  });

  it.each([...services, 'pages'])('lets %s answer until nginx asks nothing more, and end in time', (name) => {
    const { environment, stop_grace_period: grace = '' } = compose.services[name] ?? {};
    expect(Number(environment?.['DRAIN_MS'])).toBeGreaterThan(nginxKeepsUnusedMs());
    // As long again for what is under way then.
    expect(Number(environment?.['DRAIN_MS']) * 2).toBeLessThan(Number(/^(\d+)s$/.exec(grace)?.[1]) * 1_000);
  });

  it('has one service watch the certificate, if there is a folder with one', () => {
    const watching = Object.values(compose.services).filter((container) =>
      Object.hasOwn(container.environment ?? {}, 'METRICS_CERTIFICATE_FILES'),
    );
    expect(watching).toHaveLength(1);
    const [container] = watching;
    const [, folder] =
      /^\$\{CERTIFICATE_FOLDER:\+(.*)\/tls\.crt\}$/.exec(container?.environment?.['METRICS_CERTIFICATE_FILES'] ?? '') ??
      [];
    expect(container?.volumes).toContainEqual({
      type: 'bind',
      source: expect.stringMatching(/^\$\{CERTIFICATE_FOLDER:-/) as unknown,
      target: folder,
      read_only: true,
    });
  });

  it('starts services when the database is migrated and Redis and Kafka answer', () => {
    for (const name of services) {
      expect(compose.services[name]?.depends_on).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        'redis-cluster': { condition: 'service_completed_successfully' },
        kafka: { condition: 'service_healthy' },
      });
    }
  });
});

describe.each([
  ['compose.yaml', compose],
  ['compose.small.yaml', small],
])('%s', (_, { services: containers, secrets, networks, volumes }) => {
  const all = Object.entries(containers).filter(([, container]) => !container.extends);

  it.each(all)('runs %s as nobody special, with limits and without privileges', (name, container) => {
    const isReadOnly = container.read_only === true;
    // Apache's own image names its user, and its start script writes beside the program.
    if (name === 'kafka') expect({ user: container.user, isReadOnly }).toEqual({ user: undefined, isReadOnly: false });
    // Root gives folders to others, which nobody else may; it may do nothing besides, and nobody reaches it.
    else if (name === 'volumes')
      expect({ user: container.user, isReadOnly, network: container.network_mode }).toEqual({
        ...{ user: '0:0', isReadOnly: true, network: 'none' },
      });
    else
      expect({ user: container.user, isReadOnly }).toEqual({
        user: expect.stringMatching(/^\$\{LOYALNEST_UID/) as unknown,
        isReadOnly: true,
      });
    expect(container.cap_add).toEqual(name === 'volumes' ? ['CHOWN'] : undefined);
    expect(container.cap_drop).toEqual(['ALL']);
    expect(container.security_opt).toEqual(['no-new-privileges:true']);
    expect(container.deploy?.resources?.limits).toMatchObject({ memory: expect.any(String) as unknown });
  });

  it('gives each volume to whoever writes to it, before that one starts', () => {
    const owner = containers['volumes'];
    const [program, user, ...owned] = owner?.entrypoint ?? [];
    expect([program, user]).toEqual(['chown', '${LOYALNEST_UID}:${LOYALNEST_GID}']);
    const mounts = Object.keys(volumes).map((name) => ({
      name,
      writers: Object.entries(containers)
        .map(([container, own]) => [container, own.extends ? compose.services[container] : own] as const)
        .filter(([container, own]) => container !== 'volumes' && mountOf(own, name) !== undefined),
    }));
    for (const { name, writers } of mounts) {
      expect(writers, name).toHaveLength(1);
      const [container, writer] = writers[0] ?? [];
      // Its image's own user, to whom the engine gives a volume that is new.
      if (container === 'kafka') continue;
      // The engine gives a volume that is empty to the owner of the image's folder, unless it is told not to.
      expect(mountOf(owner, name)).toBe(`${name}:/volumes/${name}:nocopy`);
      expect(owned).toContain(`/volumes/${name}`);
      expect(mountOf(writer, name)).toMatch(/:nocopy$/);
      expect(writer?.user).toMatch(/^\$\{LOYALNEST_UID\b.*\}:\$\{LOYALNEST_GID\b/);
      expect(writer?.depends_on).toMatchObject({ volumes: { condition: 'service_completed_successfully' } });
    }
  });

  it.each(all)('pins the image of %s', (_name, container) => {
    expect(container.image).toMatch(/:[^:]+$/);
    expect(container.image).not.toMatch(/:latest$/);
  });

  it('keeps what is secret in files', () => {
    const named = all.flatMap(([, container]) => (container.secrets ?? []).map(sourceOf));
    expect(Object.keys(secrets).sort()).toEqual([...new Set([...named, ...extendedSecrets(containers)])].sort());
    for (const [, { environment }] of all) {
      const inClear = Object.keys(environment ?? {}).filter(
        (key) => /SECRET|PASSWORD/.test(key) && !key.endsWith('_FILE'),
      );
      expect(inClear).toEqual([]);
    }
  });

  it('can be reached from this machine alone, unless told otherwise', () => {
    const ports = all.flatMap(([, container]) => container.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{HTTP_ADDRESS:-127\.0\.0\.1\}):/);
  });

  it('lets nothing out of the network of the data', () => {
    expect(networks['data']?.internal).toBe(true);
  });
});

/** How a container mounts a named volume. */
function mountOf(container: Container | undefined, name: string): string | undefined {
  const mounts = (container?.volumes ?? []).filter((mount) => typeof mount === 'string');
  return mounts.find((mount) => mount.startsWith(`${name}:`));
}

/** Those of containers that come from the other file. */
function extendedSecrets(containers: Record<string, Container>): string[] {
  const extended = Object.entries(containers).filter(([, container]) => container.extends);
  return extended.flatMap(([name]) => (compose.services[name]?.secrets ?? []).map(sourceOf));
}
