import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-flags-'));
const file = join(folder, 'feature-flags.json');
let room: MerchantRoom;

beforeAll(async () => {
  switchOff(7);
  room = await openMerchantRoom('2026-03-02T00:00:00Z', { FEATURE_FLAGS_FILE: file });
  await room.install(7);
  await room.install(8);
});
afterAll(async () => {
  await room.close();
  rmSync(folder, { recursive: true });
});

function switchOff(...merchants: number[]): void {
  writeFileSync(file, JSON.stringify({ 'programme-preview': { off: merchants } }));
}

function preview(merchantId: number) {
  return room.as(merchantId, 'POST', '/v1/api/points/settings/preview', {
    body: { settings: defaultProgrammeSettings },
  });
}

it('switches the preview of rules off for one merchant, and on again without a restart', async () => {
  expect(await preview(7)).toMatchObject({ status: 403, body: { code: 'feature-off' } });
  expect((await preview(8)).status).toBe(200);
  switchOff();
  await vi.waitFor(async () => expect((await preview(7)).status).toBe(200), { timeout: 20_000 });
});

it('leaves the rules themselves to be changed', async () => {
  switchOff(8);
  await vi.waitFor(async () => expect((await preview(8)).status).toBe(403), { timeout: 20_000 });
  const settings = { ...defaultProgrammeSettings, purchase: { ...defaultProgrammeSettings.purchase, rate: '2' } };
  const saved = await room.as(8, 'PUT', '/v1/api/points/settings', { body: { version: 2, settings } });
  expect(saved.status).toBe(200);
});
