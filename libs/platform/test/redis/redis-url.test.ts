import { expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/config.ts';
import { clusterAddress } from '../../src/redis/redis-url.ts';

const env = {
  DATABASE_URL: 'postgres://owner@localhost/loyalnest',
  DATABASE_ROLE_SECRET: 'a secret of the test',
  SHOPIFY_CLIENT_ID: 'test',
  SHOPIFY_CLIENT_SECRET: 'a secret of the test',
};

it('reads the nodes of a cluster, and how they are entered', () => {
  expect(clusterAddress('redis://one:7001,redis://two')).toEqual({
    nodes: [
      { host: 'one', port: 7001 },
      { host: 'two', port: 6379 },
    ],
    access: {},
  });
  expect(clusterAddress('rediss://app:p%40ss@one:7001')).toEqual({
    nodes: [{ host: 'one', port: 7001 }],
    access: { username: 'app', password: 'p@ss', tls: {} },
  });
});

it.each([
  'localhost:6379',
  'http://localhost:6379',
  'redis://one:1,two:2',
  'redis://one, redis://two',
  'redis://one,rediss://two',
  'redis://:a@one,redis://:b@two',
])('refuses %j with the name of the variable, and without its value', (url) => {
  expect(() => loadConfig({ ...env, REDIS_URL: url })).toThrow(ConfigError);
  expect(() => loadConfig({ ...env, REDIS_URL: url })).toThrow(/^REDIS_URL: [^@]+$/);
});
