import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { ownerOf } from '@loyalnest/platform/rpc/contracts';
import { describe, expect, it } from 'vitest';
import { nginxKeepsUnusedMs, serviceOf, services, textOf, unknownVariables, yamlOf } from './files.ts';

type ServiceValues = {
  rpc?: boolean;
  watchesCertificate?: boolean;
  calls?: string[];
  isStateless?: boolean;
  env?: Record<string, string>;
} | null;
type Values = {
  services: Record<string, ServiceValues>;
  env: Record<string, string>;
  terminationGracePeriodSeconds: number;
  preStopSeconds: number;
};

const values = yamlOf('deploy/kubernetes/loyalnest/values.yaml') as Values;
const deployments = textOf('deploy/kubernetes/loyalnest/templates/deployments.yaml');

describe('the chart', () => {
  it('deploys every service that exists, and pages', () => {
    expect(Object.keys(values.services).sort()).toEqual([...services, 'pages'].sort());
  });

  it('sets nothing that config.ts does not know', () => {
    const inTemplate = [...deployments.matchAll(/name: ([A-Z][A-Z_]+)[,\n]/g)].flatMap(([, name]) => name ?? []);
    expect(inTemplate.length).toBeGreaterThan(10);
    const own = Object.values(values.services).flatMap((service) => Object.keys(service?.env ?? {}));
    const calls = Object.values(values.services).flatMap((service) => service?.calls ?? []);
    const addresses = calls.map((name) => `${name.toUpperCase().replaceAll('-', '_')}_RPC_URL`);
    expect(unknownVariables([...inTemplate, ...own, ...Object.keys(values.env), ...addresses])).toEqual([]);
  });

  it.each(services)('lets %s call whom it calls, and be called if it answers', async (name) => {
    const { calls = [], rpc = [] } = await serviceOf(name);
    const declared = values.services[name];
    expect({ calls: declared?.calls ?? [], rpc: declared?.rpc ?? false }).toEqual({
      calls: [...new Set(calls.map(ownerOf))],
      rpc: rpc.length > 0,
    });
  });

  it('lets everybody answer until nginx asks nothing more, and end in time', () => {
    // Outside of every condition: pages, and services.
    const [, beforeConditions = ''] = /\n {10}env:\n(.*?)\{\{- if/s.exec(deployments) ?? [];
    const drainMs = Number(/name: DRAIN_MS, value: '(\d+)'/.exec(beforeConditions)?.[1]);
    expect(drainMs).toBeGreaterThan(nginxKeepsUnusedMs());
    const { terminationGracePeriodSeconds, preStopSeconds } = values;
    expect(drainMs * 2).toBeLessThan((terminationGracePeriodSeconds - preStopSeconds) * 1_000);
  });

  it('has the rules that Prometheus has elsewhere, word for word', () => {
    type Rules = { groups: unknown[] };
    const files = globSync('deploy/prometheus/rules/*.yml', { cwd: root });
    const elsewhere = files.flatMap((file) => (yamlOf(file) as Rules).groups);
    const { groups } = yamlOf('deploy/kubernetes/loyalnest/files/rules.yml') as Rules;
    expect(groups).toHaveLength(elsewhere.length);
    expect(groups).toEqual(expect.arrayContaining(elsewhere));
    expect(textOf('deploy/kubernetes/loyalnest/templates/prometheus-rule.yaml')).toContain(
      '.Files.Get "files/rules.yml"',
    );
  });

  it('has one service watch the certificate of the ingress, and shows it no key', () => {
    expect(Object.values(values.services).filter((service) => service?.watchesCertificate)).toHaveLength(1);
    const [, file = ''] = /name: METRICS_CERTIFICATE_FILES, value: (\S+) \}/.exec(deployments) ?? [];
    expect(deployments).toContain(`{ name: certificate, mountPath: ${dirname(file)}, readOnly: true }`);
    expect(deployments).toContain(`items: [{ key: tls.crt, path: ${basename(file)} }]`);
  });

  it('runs everything as nobody special, on a file system that cannot be written', () => {
    const helpers = textOf('deploy/kubernetes/loyalnest/templates/_helpers.tpl');
    for (const line of ['runAsNonRoot: true', 'readOnlyRootFilesystem: true', 'drop: [ALL]', 'type: RuntimeDefault'])
      expect(helpers).toContain(line);
    for (const file of ['deployments', 'nginx', 'migrate']) {
      const template = textOf(`deploy/kubernetes/loyalnest/templates/${file}.yaml`);
      expect(template).toContain('include "loyalnest.podSecurity"');
      expect(template).toContain('include "loyalnest.containerSecurity"');
    }
  });
});
