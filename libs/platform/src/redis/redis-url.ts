import type { ClusterNode, ClusterOptions } from 'ioredis';

const nodePattern = /^rediss?:\/\/[^\s,]+$/;

/** Nodes of one cluster, comma separated. Says what is wrong with it, or nothing. */
export function problemOfRedisUrl(text: string): string | undefined {
  const nodes = text.split(',');
  if (!nodes.every((node) => nodePattern.test(node) && URL.canParse(node)))
    return 'must be addresses that begin with redis:// or rediss://, separated by commas';
  const [first, ...others] = nodes.map((node) => new URL(node));
  const isAlike = (url: URL) =>
    url.protocol === first?.protocol && url.username === first.username && url.password === first.password;
  return others.every(isAlike) ? undefined : 'all nodes must have the same scheme, user and password';
}

export type ClusterAddress = {
  nodes: ClusterNode[];
  access: Pick<NonNullable<ClusterOptions['redisOptions']>, 'username' | 'password' | 'tls'>;
};

/** Where to look for the cluster first, and how to be let in by every node of it. */
export function clusterAddress(redisUrl: string): ClusterAddress {
  const urls = redisUrl.split(',').map((node) => new URL(node));
  const [first] = urls;
  return {
    nodes: urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    access: {
      ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
      ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
      ...(first?.protocol === 'rediss:' ? { tls: {} } : {}),
    },
  };
}
