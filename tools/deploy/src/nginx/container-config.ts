import type { DescribedService } from '@loyalnest/dev/distributed/services';
import { nginxConfig } from '@loyalnest/dev/nginx/config';

/** What Compose and the chart call a service's process, and the ports that they give it. */
const http = (name: string) => `${name}:7400`;
const rpc = (name: string) => `${name}:7401`;

/** From where an ingress, a balancer or Docker itself hands requests on: private networks, by IPv4 and IPv6. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** nginx in a container, in front of the services of one Compose project or namespace. TLS ends before it. */
export function containerConfig(services: readonly DescribedService[]): string {
  return nginxConfig({
    services: services.map(({ name, doors }) => ({
      name,
      doors,
      http: [http(name)],
      rpc: doors.rpc.length > 0 ? [rpc(name)] : [],
    })),
    pages: [http('pages')],
    listen: { http: '8080', rpc: '8081' },
    filesFolder: '/srv/loyalnest',
    runFolder: '/run/nginx',
    log: '/dev/stdout',
    // Everybody comes from the same few addresses, so nobody is let in by where he comes from.
    trusted: [],
    proxies: privateNetworks,
  });
}
