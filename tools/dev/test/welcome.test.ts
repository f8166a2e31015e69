import { expect, it } from 'vitest';
import type { Started } from '../src/opening.ts';
import { welcome } from '../src/welcome.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

it('says how to go on from the same terminal, or from another when this one is taken', async () => {
  const instance = await aTemporaryInstance();
  const started: Started = {
    database: { ownerUrl: 'postgres://owner:secret@127.0.0.1:5432/loyalnest', version: '18.4' },
    app: { isSimulated: true, clientId: 'id', clientSecret: 'secret', appUrl: instance.serverUrl },
    addresses: [],
    log: 'server',
  };
  const said = (isBackground: boolean) => welcome({ instance, started, took: '(1.0 s)', isBackground });
  const dev = `LOYALNEST_HOME=${instance.home} ./dev.sh`;
  expect(said(false)).toMatch(/\nTo try, in another terminal:\n.*\n\nCtrl-C stops everything\.$/s);
  expect(said(true)).toContain('\nTo try:\n');
  expect(said(true).endsWith(`\n\n${dev} down stops everything.`)).toBe(true);
  expect(said(true)).not.toContain('secret');
});
