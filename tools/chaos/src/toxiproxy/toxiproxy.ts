import { ensureGoProgram } from '@loyalnest/dev/go-program';
import type { Instance } from '@loyalnest/dev/instance';
import { startProgram, type Part } from '@loyalnest/dev/part';

export type Toxic = { type: 'latency' | 'slicer' | 'reset_peer'; attributes: Record<string, number> };

/** The newest that Go builds from its own path. */
const toxiproxy = { name: 'toxiproxy', module: 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0' };

const apiTimeoutMs = 10_000;

/** Proxies between the product and what it needs, each of which can be made bad. All are on 127.0.0.1. */
export class Toxiproxy {
  readonly part: Part;
  readonly #url: string;

  private constructor(part: Part, url: string) {
    this.part = part;
    this.#url = url;
  }

  static async start(instance: Instance, options: { port: number; signal: AbortSignal }): Promise<Toxiproxy> {
    const { port, signal } = options;
    const url = `http://127.0.0.1:${port}`;
    const part = await startProgram({
      name: 'toxiproxy',
      program: await ensureGoProgram(toxiproxy, () => process.stderr.write('building toxiproxy, once…\n')),
      args: ['-host', '127.0.0.1', '-port', String(port)],
      env: { LOG_LEVEL: 'error' },
      inherits: ['PATH', 'HOME'],
      logFile: instance.logFile('toxiproxy'),
      cacheDir: instance.paths.cache,
      healthUrl: `${url}/version`,
      signal,
    });
    return new Toxiproxy(part, url);
  }

  async add(name: string, ports: { listen: number; upstream: number }): Promise<void> {
    const local = (port: number) => `127.0.0.1:${port}`;
    await this.#call('POST', '/proxies', {
      name,
      listen: local(ports.listen),
      upstream: local(ports.upstream),
      enabled: true,
    });
  }

  /** One that is closed breaks its connections and refuses new ones. */
  async open(name: string, isOpen: boolean): Promise<void> {
    await this.#call('POST', `/proxies/${name}`, { enabled: isOpen });
  }

  /** Of what comes back from behind the proxy; connections that are there already feel it too. */
  async poison(name: string, toxic: Toxic): Promise<void> {
    await this.#call('POST', `/proxies/${name}/toxics`, { name: 'fault', stream: 'downstream', ...toxic });
  }

  async cure(name: string): Promise<void> {
    await this.#call('DELETE', `/proxies/${name}/toxics/fault`);
  }

  async #call(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(apiTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`toxiproxy answers ${response.status} to ${method} ${path}: ${text}`);
  }
}
