import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readCertificates } from '../../src/telemetry/certificate-metrics.ts';

/** For `loyalnest.test`, until 2054-04-13T22:14:05Z; nobody keeps its key. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUGYdyQKTQSopxb4n0z8LmXtuKbOMwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwObG95YWxuZXN0LnRlc3QwIBcNMjYxMTI2MjIxNDA1WhgPMjA1
NDA0MTMyMjE0MDVaMBkxFzAVBgNVBAMMDmxveWFsbmVzdC50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEXTcOhOsbzUTd0Tbp7GnxPxxKjqT1Rr2ZNuk9C804
kMovxEv25csbxea7qyizzh7QPxTA51toVDfogbLSOH8V96NTMFEwHQYDVR0OBBYE
FApTJukUU9XV+wX49SgxrP1uZHE8MB8GA1UdIwQYMBaAFApTJukUU9XV+wX49Sgx
rP1uZHE8MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgHd9XGb2w
AFPmG6jS1vAQVLv4TdX9vEkd81QI8nvq2ZQCIQDJxFMZE56GAQ9yykSlOd/m+AHi
WLmV1lFTSbuOJxCWCQ==
-----END CERTIFICATE-----
`;

it('says when each certificate ends, and of one that cannot be read that it has ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-certificates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'broken.crt'), 'nothing');
  const files = ['tls.crt', 'broken.crt', 'missing.crt'].map((name) => join(folder, name));
  const [reading] = await readCertificates(files);
  expect(reading?.samples).toEqual([
    { labels: { file: 'tls.crt' }, value: Date.parse('2054-04-13T22:14:05Z') / 1_000 },
    { labels: { file: 'broken.crt' }, value: 0 },
    { labels: { file: 'missing.crt' }, value: 0 },
  ]);
});
