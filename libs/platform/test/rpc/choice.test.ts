import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { AuthService } from '@loyalnest/contracts/proto/loyalnest/auth/v1/auth_pb';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { rpcOwners, rpcUrlName } from '../../src/rpc/contracts.ts';
import { Answers } from './answers.ts';
import { aService, clientsOf, configWith, failure } from './processes.ts';

const nobody = 'http://127.0.0.1:9';

it('knows an address for each service that has a contract', () => {
  expect(rpcOwners.map(rpcUrlName)).toEqual(['ADMIN_CORE_RPC_URL', 'AUTH_RPC_URL', 'POINTS_RPC_URL']);
  expect(() => configWith({ ADMIN_CORE_RPC_URL: 'admin-core:7411' })).toThrow(/ADMIN_CORE_RPC_URL/);
});

it('stays in the process for a service that is in it, whatever address there is', async () => {
  const rpc = await clientsOf([aService('auth', [AdminService]), aService('admin-core')], {
    routes: new Answers().routes,
    variables: { ADMIN_CORE_RPC_URL: nobody },
  });
  expect(await rpc.client(AdminService).installMerchant({ name: 'near' })).toMatchObject({ merchantId: 4n });
  expect(rpc.breakers()).toEqual([]);
});

it('stops the start when a service calls another that is neither here nor has an address', async () => {
  const started = failure(clientsOf([aService('auth', [AdminService])]));
  expect(await started).toBeInstanceOf(ConfigError);
  expect(await started).toMatchObject({
    message: 'ADMIN_CORE_RPC_URL: is not set, admin-core does not run in this process, and auth calls it',
  });
});

it('names the address at the first call that no service had declared', async () => {
  const rpc = await clientsOf([aService('event-tracking')]);
  expect(() => rpc.client(AuthService)).toThrow('AUTH_RPC_URL: is not set, auth does not run in this process');
});

it('stops the start when there is nothing that services could know each other by', async () => {
  const variables = { RPC_SECRET: '', ADMIN_CORE_RPC_URL: nobody };
  expect(await failure(clientsOf([aService('auth', [AdminService])], { variables }))).toMatchObject({
    name: 'ConfigError',
    message: 'RPC_SECRET: is needed where there is no DATABASE_ROLE_SECRET',
  });
  await clientsOf([aService('admin-core')], { variables: { RPC_SECRET: '' } });
});
