import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromRpcError } from '../../src/rpc/rpc-error.ts';
import { Answers } from './answers.ts';
import { callerOf, failure, listenSilently, serve } from './processes.ts';

let folder: string;
const at = (file: string) => join(folder, file);

/** An authority, and a certificate for 127.0.0.1 that it vouches for, in `<name>-ca.pem`, `<name>.pem` and `<name>.key`. */
function makeCertificate(name: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    'ca.key',
    '-out',
    `${name}-ca.pem`,
  );
  openssl('req', ...newKey, '-subj', '/CN=service', '-keyout', `${name}.key`, '-out', 'request.pem');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signing = ['-CA', `${name}-ca.pem`, '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'request.pem', ...signing, '-out', `${name}.pem`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-rpc-tls-'));
  makeCertificate('ours');
  makeCertificate('theirs');
});

afterAll(() => rmSync(folder, { recursive: true }));

const shows = (name: string) => ({ RPC_TLS_CERT_FILE: at(`${name}.pem`), RPC_TLS_KEY_FILE: at(`${name}.key`) });
const believes = (name: string) => ({ RPC_TLS_CA_FILE: at(`${name}-ca.pem`) });

const answers = new Answers();

async function call(port: number, variables: Record<string, string>, scheme = 'https'): Promise<unknown> {
  const rpc = await callerOf(port, variables, scheme);
  try {
    return Number((await rpc.client(AdminService).installMerchant({ name: 'sealed' })).merchantId);
  } catch (error) {
    return fromRpcError(error);
  }
}

it('encrypts calls, and verifies the server by the authority', async () => {
  const { port } = await serve(answers.routes, { variables: shows('ours') });
  expect(await call(port, believes('ours'))).toBe(6);
  expect(await call(port, believes('theirs'))).toMatchObject({ code: 'overloaded' });
  expect(await call(port, {})).toMatchObject({ code: 'overloaded' });
  expect(await call(port, {}, 'http')).toMatchObject({ code: 'overloaded' });
});

it('answers only those whom its authority vouches for when it has one', async () => {
  const { port } = await serve(answers.routes, { variables: { ...shows('ours'), ...believes('ours') } });
  expect(await call(port, { ...shows('ours'), ...believes('ours') })).toBe(6);
  expect(await call(port, believes('ours'))).toMatchObject({ code: 'overloaded' });
  expect(await call(port, { ...shows('theirs'), ...believes('ours') })).toMatchObject({ code: 'overloaded' });
});

it('gives up a handshake that nobody answers, so that the next call finds whoever is there by then', async () => {
  const silent = await listenSilently();
  const rpc = await callerOf(silent.port, believes('ours'), 'https');
  const admin = rpc.client(AdminService);
  expect(fromRpcError(await failure(admin.installMerchant({})))).toMatchObject({ code: 'overloaded' });
  silent.stopListening();
  await serve(answers.routes, { port: silent.port, variables: shows('ours') });
  expect(await admin.installMerchant({ name: 'sealed' })).toMatchObject({ merchantId: 6n });
});

it('stops the start with the name of what is missing', async () => {
  const { RPC_TLS_CERT_FILE, RPC_TLS_KEY_FILE } = shows('ours');
  const starting = (variables: Record<string, string>) => failure(serve(answers.routes, { variables }));
  const named = (text: RegExp) => ({ name: 'ConfigError', message: expect.stringMatching(text) as string });
  expect(await starting({ RPC_TLS_CERT_FILE })).toMatchObject(named(/^RPC_TLS_KEY_FILE: is needed/));
  expect(await starting({ RPC_TLS_KEY_FILE })).toMatchObject(named(/^RPC_TLS_CERT_FILE: is needed/));
  expect(await starting({ ...shows('ours'), RPC_TLS_CA_FILE: at('none') })).toMatchObject(
    named(/^RPC_TLS_CA_FILE: ENOENT/),
  );
  expect(await starting({ ...shows('ours'), RPC_TLS_CA_FILE: at('names') })).toMatchObject(named(/^RPC_TLS_CA_FILE: /));
  const mixed = { RPC_TLS_CERT_FILE, RPC_TLS_KEY_FILE: at('theirs.key') };
  expect(await starting(mixed)).toMatchObject(named(/^RPC_TLS_KEY_FILE: is not the key/));
});
