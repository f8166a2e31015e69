import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { PointsService } from '@loyalnest/contracts/proto/loyalnest/points/v1/points_pb';
import { Code, createClient, createRouterTransport, type Client } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { fromRpcError } from '../../src/rpc/rpc-error.ts';
import { RpcClients } from '../../src/rpc/rpc.ts';
import { messageBytesMax, serverOptions } from '../../src/rpc/server-options.ts';
import { Answers, pointsRoutes } from './answers.ts';
import { aService, callerOf, clientsOf, configWith, failure, serve } from './processes.ts';

type Adapter = {
  answers: Answers;
  admin: Client<typeof AdminService>;
  /** Calls the same contract without knowing the secret. */
  stranger: Client<typeof AdminService>;
};

async function inProcess(): Promise<Adapter> {
  const rpc = new RpcClients(configWith());
  const answers = new Answers(rpc);
  const services = [aService('auth', [AdminService]), aService('admin-core', [PointsService]), aService('points')];
  await clientsOf(services, {
    rpc,
    routes(router) {
      answers.routes(router);
      pointsRoutes(router);
    },
  });
  const stranger = createRouterTransport(answers.routes, { router: serverOptions('what services know each other by') });
  return { answers, admin: rpc.client(AdminService), stranger: createClient(AdminService, stranger) };
}

/** Three processes' worth of servers and clients, each with nothing but its own routes. */
async function overGrpc(): Promise<Adapter> {
  const points = await serve(pointsRoutes);
  const ofAdminCore = await clientsOf([aService('admin-core', [PointsService])], {
    variables: { POINTS_RPC_URL: `http://127.0.0.1:${points.port}` },
  });
  const answers = new Answers(ofAdminCore);
  const { port } = await serve(answers.routes);
  const ofAuth = await callerOf(port);
  const stranger = createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` });
  return { answers, admin: ofAuth.client(AdminService), stranger: createClient(AdminService, stranger) };
}

describe.each([
  ['in the process', inProcess],
  ['over gRPC', overGrpc],
])('calls between services, %s', (_how, open) => {
  it('bring an answer', async () => {
    const { admin } = await open();
    const answer = await admin.installMerchant({ shopDomain: 'plain', name: 'Käse & Wein' });
    expect(answer).toMatchObject({ merchantId: 11n, isNew: true });
  });

  it('keep the code, the words and the wait of what the other side refuses', async () => {
    const { admin } = await open();
    const refused = fromRpcError(await failure(admin.installMerchant({ shopDomain: 'refuses' })));
    expect(refused).toMatchObject({ name: 'AppError', code: 'reward-closed', message: 'Geschlossen – für heute' });
    const cannot = fromRpcError(await failure(admin.installMerchant({ shopDomain: 'cannot' })));
    expect(cannot).toMatchObject({ name: 'AppError', code: 'database-unavailable', retryAfterSeconds: 7 });
  });

  it('say nothing of what broke on the other side', async () => {
    const { admin } = await open();
    const broken = await failure(admin.installMerchant({ shopDomain: 'breaks' }));
    expect(broken).toMatchObject({ code: Code.Internal });
    expect(fromRpcError(broken)).toBe(broken);
    expect(String(broken)).not.toContain('password');
  });

  it('end at their deadline, on both sides', async () => {
    const { admin, answers } = await open();
    const late = await failure(admin.installMerchant({ shopDomain: 'waits', name: 'late' }, { timeoutMs: 80 }));
    expect(late).toMatchObject({ code: Code.DeadlineExceeded });
    expect(fromRpcError(late)).toMatchObject({ code: 'overloaded', retryAfterSeconds: 2 });
    await expect.poll(() => answers.givenUp).toEqual(['late']);
  });

  it('leave what they call in turn no more time than they have', async () => {
    const { admin, answers } = await open();
    const { merchantId } = await admin.installMerchant({ shopDomain: 'asks-points' }, { timeoutMs: 700 });
    expect(Number(merchantId)).toBeGreaterThan(0);
    expect(Number(merchantId)).toBeLessThanOrEqual(700);

    await failure(admin.installMerchant({ shopDomain: 'asks-points-late' }, { timeoutMs: 50 }));
    await expect.poll(() => answers.givenUp).toEqual(['DeadlineExceeded']);
  });

  it('are refused when strangers make them', async () => {
    const { answers, stranger } = await open();
    for (const name of ['small', 'x'.repeat(messageBytesMax - 1_000)]) {
      const refused = await failure(stranger.installMerchant({ shopDomain: 'plain', name }));
      expect(refused).toMatchObject({ code: Code.Unauthenticated });
    }
    expect(answers.arrived).toEqual([]);
  });

  it('carry large messages both ways, and refuse those that are too large', async () => {
    const { admin, answers } = await open();
    const name = 'x'.repeat(messageBytesMax - 1_000);
    const sent = await Promise.all([1, 2, 3].map(() => admin.installMerchant({ shopDomain: 'plain', name })));
    expect(sent.map(({ merchantId }) => Number(merchantId))).toEqual([name.length, name.length, name.length]);
    expect((await admin.getMerchants({ limit: 400 })).merchants).toHaveLength(400);

    answers.arrived.length = 0;
    const tooMuch = await failure(admin.installMerchant({ shopDomain: 'plain', name: 'x'.repeat(messageBytesMax) }));
    expect(tooMuch).toMatchObject({ code: Code.ResourceExhausted });
    expect(answers.arrived).toEqual([]);
    expect(await failure(admin.getMerchants({ limit: 500 }))).toMatchObject({ code: Code.ResourceExhausted });
    expect(await admin.installMerchant({ name: 'small' })).toMatchObject({ merchantId: 5n });
  });

  it('run side by side, and are answered as each is ready', async () => {
    const { admin, answers } = await open();
    const order: string[] = [];
    const call = async (name: string) => {
      await admin.installMerchant({ shopDomain: 'waits', name });
      order.push(name);
    };
    const calls = [call('first'), call('second')];
    await expect.poll(() => answers.waiting.length).toBe(2);
    answers.waiting.find(({ name }) => name === 'second')?.answer();
    await expect.poll(() => order).toEqual(['second']);
    answers.waiting.find(({ name }) => name === 'first')?.answer();
    await Promise.all(calls);
    expect(order).toEqual(['second', 'first']);
  });

  it('can be given up, and the other side hears of it', async () => {
    const { admin, answers } = await open();
    const giveUp = new AbortController();
    const call = failure(admin.installMerchant({ shopDomain: 'waits', name: 'dropped' }, { signal: giveUp.signal }));
    await expect.poll(() => answers.waiting.length).toBe(1);
    giveUp.abort();
    expect(await call).toMatchObject({ code: Code.Canceled });
    await expect.poll(() => answers.givenUp).toEqual(['dropped']);
  });
});
