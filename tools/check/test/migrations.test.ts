import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMigrations } from '../src/migrations.ts';

let servicesDir: string;

beforeEach(() => {
  servicesDir = mkdtempSync(join(tmpdir(), 'loyalnest-migrations-'));
  mkdirSync(join(servicesDir, 'points/migrations'), { recursive: true });
});
afterEach(() => rmSync(servicesDir, { recursive: true }));

async function findings(text: string, name = '0060_next.sql'): Promise<string> {
  writeFileSync(join(servicesDir, 'points/migrations', name), `${text}\n`);
  const { isPassed, output } = await checkMigrations(servicesDir);
  expect(isPassed).toBe(output === '');
  return output;
}

const outside = '-- Outside a transaction: PostgreSQL builds no index concurrently in one.';

describe('a migration that the version before would notice', () => {
  it.each([
    ['drop table orders;', 'ban-drop-table'],
    ['alter table orders drop column name;', 'ban-drop-column'],
    ['alter table orders rename to sales;', 'renaming-table'],
    ['alter table orders rename column name to label;', 'renaming-column'],
    ['alter table orders alter column name type varchar(9);', 'changing-column-type'],
    ['alter table orders add column label text not null;', 'adding-required-field'],
    ['alter table orders alter column name set not null;', 'adding-not-nullable-field'],
    ['alter table orders add column at timestamptz not null default clock_timestamp();', 'adding-field-with-default'],
    ['alter table orders add constraint positive check (total > 0);', 'constraint-missing-not-valid'],
    ['alter table orders add constraint a foreign key (b) references c (d) not valid, validate constraint a;', ''],
    ['alter table orders add column shop bigint references shops (id);', 'adding-foreign-key-constraint'],
    ['alter table orders add constraint by_name unique (name);', 'disallowed-unique-constraint'],
    ['create index by_name on orders (name);', 'require-concurrent-index-creation'],
    ['drop index by_name;', 'require-concurrent-index-deletion'],
    ['drop function forget();', 'drop-function'],
    ['drop view totals;', 'drop-view'],
    ['drop type mood;', 'drop-type'],
    ['alter function forget() rename to purge;', 'function-rename-to'],
    ['alter view totals rename to sums;', 'view-rename-to'],
    ['alter table orders set schema old;', 'set-schema'],
    ['alter table orders rename constraint a to b;', 'rename-constraint'],
    ['truncate orders;', 'truncate'],
    ['lock table orders;', 'lock'],
    ['do $$ begin alter table orders drop column name; end $$;', 'do:'],
  ])('is refused: %s', async (statement, rule) => {
    expect(await findings(`-- Why it is.\n${statement}`)).toContain(rule);
  });
});

describe('a migration that it does not notice', () => {
  it.each([
    ['a column that may be empty', 'alter table orders add column label text;'],
    ['a column with a fixed default', "alter table orders add column label text not null default '';"],
    ['a table with all that belongs to it', 'create table tags (id bigint primary key); create index on tags (id);'],
    ['a constraint on what is written from now on', 'alter table orders add constraint a check (b > 0) not valid;'],
    ['a constraint proved afterwards', 'alter table orders validate constraint a;'],
    ['a constraint of an index', 'alter table orders add constraint by_name unique using index by_name;'],
    ['an index built beside', `${outside}\ncreate index concurrently by_name on orders (name);`],
    ['an index built again', `${outside}\ndrop index concurrently if exists a;\ncreate index concurrently a on o (b);`],
    ['rows of its own', "insert into settings values ('a'); grant select on settings to loyalnest_points;"],
  ])('is let in: %s', async (_, text) => {
    expect(await findings(text)).toBe('');
  });

  it('is one that the first release brings', async () => {
    expect(await findings('drop table orders;', '0052_last.sql')).toBe('');
  });
});

describe('an exception', () => {
  it.each(['alter table orders drop column name;', 'drop function forget();'])(
    'is let in with a reason: %s',
    async (drop) => {
      const rule = drop.startsWith('drop') ? 'drop-function' : 'ban-drop-column';
      expect(await findings(`-- Nothing has read it since 0059.\n-- squawk-ignore ${rule}\n${drop}`)).toBe('');
      expect(await findings(`-- squawk-ignore ${rule}\n${drop}`)).toContain('say on the line before why');
      expect(await findings(`-- Nothing reads it.\n-- squawk-ignore ${rule}\n${drop}\n${drop}`)).not.toBe('');
    },
  );

  it('is for one statement, never for a file', async () => {
    const text = '-- Nothing reads it.\n-- squawk-ignore-file ban-drop-table\ndrop table orders;';
    expect(await findings(text)).toContain('one statement at a time');
  });
});
