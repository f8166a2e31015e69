import { UserError } from '../errors.ts';
import type { Instance } from '../instance.ts';
import type { NeededPort } from '../ports.ts';

export type ServiceProcess = {
  /** `points`, and `points-2` for a second process of the same service. */
  name: string;
  service: string;
  ports: { http: number; rpc: number; metrics: number };
};

/** Which port of this machine is whose. */
export type Layout = {
  nginx: { https: number; rpc: number };
  kafka: { clients: number; controller: number };
  pages: number;
  redis: { clients: number[]; bus: number[] };
  processes: ServiceProcess[];
};

/** The server's, the simulator's and PostgreSQL's ports come first, as in one process. */
const firstServicePort = 20;
/** Bases are a hundred apart, so that copies find room side by side. */
export const portCount = 100;
const portsPerProcess = 3;
const portMax = 65_535;

export function planLayout(instance: Instance, options: { services: readonly string[]; replicas: number }): Layout {
  const { services, replicas } = options;
  const base = instance.ports.server;
  const from = (offset: number, count: number) => Array.from({ length: count }, (_, index) => base + offset + index);
  const names = services.flatMap((service) => from(1, replicas).map((_, index) => ({ service, index })));
  if (base + portCount - 1 > portMax)
    throw new UserError(
      `LOYALNEST_PORT_BASE is ${base}; the distributed shape needs one of at most ${portMax - portCount + 1}`,
      2,
    );
  if (firstServicePort + names.length * portsPerProcess > portCount)
    throw new UserError(`${replicas} processes of ${services.length} services are more than there are ports for`, 2);
  return {
    nginx: { https: base + 3, rpc: base + 4 },
    kafka: { clients: base + 5, controller: base + 6 },
    pages: base + 7,
    redis: { clients: from(8, 3), bus: from(11, 3) },
    processes: names.map(({ service, index }, at) => ({
      name: index === 0 ? service : `${service}-${index + 1}`,
      service,
      ports: {
        http: base + firstServicePort + at * portsPerProcess,
        rpc: base + firstServicePort + at * portsPerProcess + 1,
        metrics: base + firstServicePort + at * portsPerProcess + 2,
      },
    })),
  };
}

/** What has to be free besides the ports of both shapes. */
export function neededPorts({ nginx, kafka, pages, redis, processes }: Layout): NeededPort[] {
  return [
    ...Object.values(nginx).map((port) => ({ part: 'nginx', port })),
    ...Object.values(kafka).map((port) => ({ part: 'kafka', port })),
    { part: 'pages', port: pages },
    ...Object.values(redis).flatMap((ports) => ports.map((port) => ({ part: 'redis', port }))),
    ...processes.flatMap(({ name, ports }) => Object.values(ports).map((port) => ({ part: name, port }))),
  ];
}
