import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { fromRpcError } from '../../src/rpc/rpc-error.ts';
import { rpcToken } from '../../src/rpc/server-options.ts';
import { rpcHealth } from '../../src/testing/rpc-health.ts';
import { Answers } from './answers.ts';
import { callerOf, failure, serve, variables } from './processes.ts';

describe('the health service', () => {
  it('answers anybody, for the process and for each contract that it serves', async () => {
    const { port } = await serve(new Answers().routes);
    for (const service of ['', AdminService.typeName]) {
      expect(await rpcHealth(port, service)).toBe('SERVING');
    }
    const elsewhere = await failure(rpcHealth(port, 'loyalnest.points.v1.PointsService'));
    expect(elsewhere).toMatchObject({ code: Code.NotFound });
  });

  it('says that the process does not serve while its database is away', async () => {
    let isReady = true;
    const { port } = await serve(new Answers().routes, { isReady: () => Promise.resolve(isReady) });
    isReady = false;
    expect(await rpcHealth(port)).toBe('NOT_SERVING');
    isReady = true;
    expect(await rpcHealth(port)).toBe('SERVING');
  });

  it('says that the process does not serve once it is leaving, although it still answers', async () => {
    const server = await serve(new Answers().routes);
    server.leave();
    expect(await rpcHealth(server.port)).toBe('NOT_SERVING');
    const admin = (await callerOf(server.port)).client(AdminService);
    expect(await admin.installMerchant({ name: 'late' })).toMatchObject({ merchantId: 4n });
  });
});

describe('a server that closes', () => {
  it('lets calls under way end, and takes no new ones', async () => {
    const answers = new Answers();
    const server = await serve(answers.routes);
    const admin = (await callerOf(server.port)).client(AdminService);
    const call = admin.installMerchant({ shopDomain: 'waits', name: 'under way' });
    await expect.poll(() => answers.waiting.length).toBe(1);
    let isClosed = false;
    const closed = server.close().then(() => (isClosed = true));
    const refused = await failure(admin.installMerchant({ shopDomain: 'new' }));
    expect(fromRpcError(refused)).toMatchObject({ code: 'overloaded' });
    expect(answers.arrived).toEqual(['waits']);
    expect(isClosed).toBe(false);
    answers.waiting[0]?.answer();
    expect(await call).toMatchObject({ merchantId: 9n });
    await closed;
  });

  it('waits for nobody longer than calls may take', async () => {
    const answers = new Answers();
    const server = await serve(answers.routes);
    const begun = performance.now();
    // Without a deadline, which no client of ours is.
    const patient = createClient(
      AdminService,
      createGrpcTransport({
        baseUrl: `http://127.0.0.1:${server.port}`,
        interceptors: [
          (next) => (request) => {
            request.header.set('authorization', `Bearer ${rpcToken(variables()['RPC_SECRET'] ?? '')}`);
            return next(request);
          },
        ],
      }),
    );
    const call = failure(patient.installMerchant({ shopDomain: 'waits' }));
    await expect.poll(() => answers.waiting.length).toBe(1);
    await server.close();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await call).not.toBe('answered');
  });
});
