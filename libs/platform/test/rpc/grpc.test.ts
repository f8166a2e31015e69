import { fileURLToPath } from 'node:url';
import { clone, create, createFileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { Code } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { waitMs } from '../../src/rpc/retry.ts';
import { fromRpcError } from '../../src/rpc/rpc-error.ts';
import { freePort } from '../../src/testing/ports.ts';
import { buildProgram, type BuiltProgram } from '../../src/testing/program.ts';
import { Answers } from './answers.ts';
import { callerOf, failure, listenSilently, serve, variables } from './processes.ts';

let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram(fileURLToPath(new URL('server-program.ts', import.meta.url)));
});

afterAll(() => program.remove());

/** admin-core's contract as if it did not promise that its calls may be repeated. */
function withoutPromises(): typeof AdminService {
  const file = clone(FileDescriptorProtoSchema, AdminService.file.proto);
  for (const { method } of file.service) for (const one of method) one.options = create(MethodOptionsSchema);
  const registry = createFileRegistry(file, (path) =>
    AdminService.file.dependencies.find(({ proto }) => proto.name === path),
  );
  return registry.getService(AdminService.typeName) as typeof AdminService;
}

describe('a connection', () => {
  it('is kept between calls, and opened anew after the other side was restarted', async () => {
    const answers = new Answers();
    const server = await serve(answers.routes);
    const admin = (await callerOf(server.port)).client(AdminService);
    await admin.installMerchant({ name: 'before' });
    await server.close();
    await serve(answers.routes, { port: server.port });
    expect(await admin.installMerchant({ name: 'after' })).toMatchObject({ merchantId: 5n });
  });

  it('is waited for while the other side restarts', async () => {
    const port = await freePort();
    const admin = (await callerOf(port)).client(AdminService);
    const call = admin.installMerchant({ name: 'soon' });
    await serve(new Answers().routes, { port });
    expect(await call).toMatchObject({ merchantId: 4n });
  });

  it('breaks with its process: calls end at once, and those that may be repeated find the next process', async () => {
    const first = await startAlone();
    const rpc = await callerOf(first.port);
    const begun = performance.now();
    const safe = rpc.client(AdminService).installMerchant({ shopDomain: 'waits', name: 'safe' }, { timeoutMs: 1_800 });
    const unsafe = failure(rpc.client(withoutPromises()).installMerchant({ shopDomain: 'waits', name: 'unsafe' }));
    await rpc.client(AdminService).installMerchant({ name: 'arrives after them' });
    const answers = new Answers();
    await first.kill();
    await serve(answers.routes, { port: first.port });
    expect(await unsafe).toMatchObject({ code: Code.Unavailable });
    expect(fromRpcError(await unsafe)).toMatchObject({ code: 'overloaded' });
    expect(performance.now() - begun).toBeLessThan(1_900);
    await expect.poll(() => answers.waiting.map(({ name }) => name)).toEqual(['safe']);
    answers.waiting[0]?.answer();
    expect(await safe).toMatchObject({ merchantId: 4n });
  });

  it('to somebody who says nothing costs a call its deadline and no more', async () => {
    const silent = await listenSilently();
    const admin = (await callerOf(silent.port)).client(AdminService);
    const begun = performance.now();
    const late = await failure(admin.installMerchant({ name: 'unheard' }));
    expect(fromRpcError(late)).toMatchObject({ code: 'overloaded' });
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(performance.now() - begun).toBeLessThan(3_800);
  });
});

describe('a call that nobody was there to answer', () => {
  it('is repeated a few times when its contract allows that, and no other', async () => {
    const answers = new Answers();
    const { port } = await serve(answers.routes);
    const rpc = await callerOf(port);
    answers.awayTimes = 2;
    expect(await rpc.client(AdminService).installMerchant({ shopDomain: 'third', name: 'time' })).toMatchObject({
      merchantId: 4n,
    });
    expect(answers.arrived).toEqual(['third', 'third', 'third']);

    answers.arrived.length = 0;
    answers.awayTimes = 1;
    const refused = await failure(rpc.client(withoutPromises()).installMerchant({ shopDomain: 'once', name: 'x' }));
    expect(fromRpcError(refused)).toMatchObject({ code: 'overloaded' });
    expect(answers.arrived).toEqual(['once']);

    answers.arrived.length = 0;
    answers.awayTimes = 100;
    const another = await callerOf(port);
    await failure(another.client(AdminService).installMerchant({ shopDomain: 'never' }));
    expect(answers.arrived).toEqual(['never', 'never', 'never', 'never']);
  });

  it('is not repeated when it was answered with an error, or late', async () => {
    const answers = new Answers();
    const { port } = await serve(answers.routes);
    const admin = (await callerOf(port)).client(AdminService);
    await failure(admin.installMerchant({ shopDomain: 'cannot' }));
    await failure(admin.installMerchant({ shopDomain: 'waits' }, { timeoutMs: 50 }));
    expect(answers.arrived).toEqual(['cannot', 'waits']);
  });

  it('is repeated after waits that grow and are never the same for all', () => {
    expect([0, 1, 2].map((retry) => [waitMs(retry, 0), waitMs(retry, 1)])).toEqual([
      [30, 60],
      [60, 120],
      [120, 240],
    ]);
  });
});

describe('the breaker', () => {
  it('opens when a service is away, fails calls at once, and closes when the service is back', async () => {
    const port = await freePort();
    const rpc = await callerOf(port);
    const admin = rpc.client(AdminService);
    expect(rpc.breakers()).toEqual([{ service: 'admin-core', state: 'closed' }]);
    await Promise.all([1, 2, 3].map(() => failure(admin.installMerchant({}))));
    expect(rpc.breakers()).toEqual([{ service: 'admin-core', state: 'open' }]);

    const begun = performance.now();
    const refused = await failure(admin.installMerchant({}));
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(fromRpcError(refused)).toMatchObject({ name: 'AppError', code: 'overloaded', retryAfterSeconds: 1 });

    await expect.poll(() => rpc.breakers()[0]?.state).toBe('half-open');
    await failure(admin.installMerchant({}));
    expect(rpc.breakers()[0]?.state).toBe('open');

    await serve(new Answers().routes, { port });
    await expect.poll(() => rpc.breakers()[0]?.state).toBe('half-open');
    expect(await admin.installMerchant({ name: 'back' })).toMatchObject({ merchantId: 4n });
    expect(rpc.breakers()[0]?.state).toBe('closed');
  });

  it('opens when answers come too late', async () => {
    const { port } = await serve(new Answers().routes);
    const rpc = await callerOf(port);
    const late = () => failure(rpc.client(AdminService).installMerchant({ shopDomain: 'waits' }, { timeoutMs: 30 }));
    await Promise.all([1, 2, 3, 4, 5].map(late));
    expect(rpc.breakers()[0]?.state).toBe('open');
  });

  it('stays closed while the service answers, whatever it says', async () => {
    const { port } = await serve(new Answers().routes);
    const rpc = await callerOf(port);
    const admin = rpc.client(AdminService);
    for (const shopDomain of ['refuses', 'cannot', 'breaks']) {
      for (let times = 0; times < 10; times += 1) await failure(admin.installMerchant({ shopDomain }));
    }
    expect(rpc.breakers()[0]?.state).toBe('closed');
  });
});

/** admin-core's contract in a process of its own. */
async function startAlone(): Promise<{ port: number; kill(): Promise<unknown> }> {
  const port = await freePort();
  const running = program.start({ ...variables(), PATH: process.env['PATH'] ?? '' }, [String(port)]);
  onTestFinished(async () => void (await running.stop('SIGKILL')));
  await running.says('listening');
  return { port, kill: () => running.stop('SIGKILL') };
}
