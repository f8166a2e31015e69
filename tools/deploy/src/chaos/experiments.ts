/**
 * The fault matrix of `./dev.sh chaos` for a cluster: the same targets and the same faults, by the means of Chaos Mesh.
 * Where those are others than signals and a proxy, `deploy/chaos-mesh/README.md` says what differs.
 */

export const faults = ['refused', 'reset', 'latency', 'bandwidth', 'pause', 'kill'] as const;
export type Fault = (typeof faults)[number];

type Pods = { namespaces: string[]; labelSelectors: Record<string, string> };

export type Target =
  | { name: string; pods: Pods; container: string }
  /** Outside the cluster: known by its networks and its names. */
  | { name: string; networks: string[]; names: string[] };

/** Where the chart is installed. */
export const namespace = 'loyalnest';
const ourPods: Pods = { namespaces: [namespace], labelSelectors: { 'app.kubernetes.io/part-of': 'loyalnest' } };

export const targets: readonly Target[] = [
  inNamespaceOfItsOwn('postgres'),
  inNamespaceOfItsOwn('redis'),
  inNamespaceOfItsOwn('kafka'),
  {
    // The service that another one cannot do without: points asks it for Shopify's tokens.
    name: 'service',
    pods: { namespaces: [namespace], labelSelectors: { 'app.kubernetes.io/name': 'auth' } },
    container: 'auth',
  },
  // Shopify's own network, in which every shop's address lies.
  { name: 'shopify', networks: ['23.227.32.0/19'], names: ['*.myshopify.com'] },
];

function inNamespaceOfItsOwn(name: string): Target {
  return { name, pods: { namespaces: [name], labelSelectors: { 'app.kubernetes.io/name': name } }, container: name };
}

const durations: Readonly<Record<Fault, string>> = {
  refused: '20s',
  reset: '20s',
  latency: '30s',
  bandwidth: '30s',
  pause: '20s',
  kill: '20s',
};

export type Experiment = {
  fault: Fault;
  target: string;
  kind: 'NetworkChaos' | 'PodChaos' | 'DNSChaos';
  duration: string;
  spec: Record<string, unknown>;
};

/** Every experiment that Chaos Mesh can make of the matrix. */
export function experiments(): Experiment[] {
  return targets.flatMap((target) =>
    faults.flatMap((fault) => {
      const made = 'pods' in target ? onPods(fault, target) : outside(fault, target);
      return made ? [{ fault, target: target.name, duration: durations[fault], ...made }] : [];
    }),
  );
}

type Made = Pick<Experiment, 'kind' | 'spec'>;

function onPods(fault: Fault, { pods, container }: Extract<Target, { pods: Pods }>): Made {
  const victims = { mode: 'all', selector: pods };
  switch (fault) {
    // The pods stay where they are, with nothing in them that listens.
    case 'refused':
      return { kind: 'PodChaos', spec: { action: 'pod-failure', ...victims } };
    // The process ends in the middle of what it says, and its kernel ends its connections.
    case 'reset':
      return { kind: 'PodChaos', spec: { action: 'container-kill', ...victims, containerNames: [container] } };
    // The whole pod is gone, and comes back with another address.
    case 'kill':
      return { kind: 'PodChaos', spec: { action: 'pod-kill', ...victims, gracePeriod: 0 } };
    default:
      return {
        kind: 'NetworkChaos',
        spec: { mode: 'all', selector: ourPods, ...traffic(fault), direction: 'both', target: victims },
      };
  }
}

/** What runs elsewhere cannot be ended or reset from here. */
function outside(fault: Fault, { networks, names }: Extract<Target, { networks: string[] }>): Made | undefined {
  const ours = { mode: 'all', selector: ourPods };
  if (fault === 'reset' || fault === 'kill') return undefined;
  // An error at once, as a refused connection is.
  if (fault === 'refused') return { kind: 'DNSChaos', spec: { action: 'error', ...ours, patterns: names } };
  return {
    kind: 'NetworkChaos',
    spec: { ...ours, ...traffic(fault), direction: 'to', externalTargets: networks },
  };
}

function traffic(fault: 'latency' | 'bandwidth' | 'pause'): Record<string, unknown> {
  switch (fault) {
    case 'latency':
      return { action: 'delay', delay: { latency: '5s', correlation: '0', jitter: '0ms' } };
    // A byte a second; the buffer is one packet, and the queue holds what a server would keep for a slow reader.
    case 'bandwidth':
      return { action: 'bandwidth', bandwidth: { rate: '1bps', buffer: 1_600, limit: 1_000_000 } };
    // Whoever is stopped says nothing, and does not say that it is gone either.
    case 'pause':
      return { action: 'loss', loss: { loss: '100', correlation: '0' } };
  }
}
