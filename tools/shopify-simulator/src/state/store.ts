import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Order, Shop } from './entities.ts';
import type { Key } from './collection.ts';
import { createShopState, indexOrder, STORED_KINDS, type ShopState, type StoredKind } from './shop-state.ts';

/** Ids that no row of a file gives; see `bulk/row-ids.ts` for those. */
const IDS_FROM = 1_000_000_000_000;
const IDS_PER_SECOND = 1_000;
const IDS_SINCE_MS = Date.UTC(2020, 0, 1);
/** A crash of the simulator loses at most this much. */
const FLUSH_EVERY_MS = 250;

export type Store = {
  shops: Map<string, ShopState>;
  /** How often this folder has been opened; 0 in memory. */
  starts: number;
  /** A new number, unique in the whole simulator, as Shopify's ids are. */
  nextId(): number;
  addShop(shop: Shop): ShopState;
  findShop(domain: string): ShopState | undefined;
  flush(): void;
  close(): void;
};

/** Everything is held in memory. With a folder, changes are also written to SQLite there and read at the next start. */
export function openStore(folder: string | undefined, nowMs: number): Store {
  const shops = new Map<string, ShopState>();
  const dirty = new Map<string, { state: ShopState; kind: StoredKind; key: Key }>();
  const database = folder === undefined ? undefined : openDatabase(folder);
  // A simulator that has forgotten everything must not give the product's known ids to other things.
  let lastId = IDS_FROM + Math.floor((nowMs - IDS_SINCE_MS) / 1000) * IDS_PER_SECOND;

  const addState = (domain: string) => {
    const state: ShopState = createShopState(domain, (kind, key) => {
      if (database) dirty.set(`${domain} ${kind} ${key}`, { state, kind: kind as StoredKind, key });
    });
    shops.set(domain, state);
    return state;
  };

  const flush = () => {
    if (!database || dirty.size === 0) return;
    const changes = [...dirty.values()];
    dirty.clear();
    database.write(changes, lastId);
  };

  if (database) {
    lastId = database.readCounter('last-id') ?? lastId;
    for (const row of database.read()) {
      const state = shops.get(row.shop) ?? addState(row.shop);
      restore(state, row.kind, row.key, JSON.parse(row.value));
    }
  }
  const timer = database && setInterval(flush, FLUSH_EVERY_MS).unref();

  return {
    shops,
    starts: database ? database.countStart() : 0,
    nextId: () => ++lastId,
    addShop(shop) {
      const state = addState(shop.domain);
      state.shops.set(shop.domain, shop);
      return state;
    },
    findShop: (domain) => shops.get(domain),
    flush,
    close() {
      clearInterval(timer);
      flush();
      database?.close();
    },
  };
}

function restore(state: ShopState, kind: string, key: string, value: unknown): void {
  if (!STORED_KINDS.includes(kind as StoredKind)) return;
  const restored = /^\d+$/.test(key) && kind !== 'codes' ? Number(key) : key;
  state[kind as StoredKind].restore(restored, value as never);
  if (kind === 'orders') indexOrder(state, value as Order);
}

type Row = { shop: string; kind: string; key: string; value: string };

function openDatabase(folder: string) {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'simulator.sqlite'));
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    create table if not exists entities (
      shop text not null,
      kind text not null,
      key text not null,
      value text not null,
      primary key (shop, kind, key)
    ) without rowid;
    create table if not exists counters (name text primary key, value integer not null);
  `);
  const put = database.prepare('insert or replace into entities (shop, kind, key, value) values (?, ?, ?, ?)');
  const remove = database.prepare('delete from entities where shop = ? and kind = ? and key = ?');
  const count = database.prepare('insert or replace into counters (name, value) values (?, ?)');
  const readCounter = (name: string): number | undefined => {
    const row = database.prepare('select value from counters where name = ?').get(name);
    return row && Number(row['value']);
  };
  return {
    read: () => database.prepare('select shop, kind, key, value from entities').iterate() as Iterable<Row>,
    readCounter,
    countStart(): number {
      const starts = (readCounter('starts') ?? 0) + 1;
      count.run('starts', starts);
      return starts;
    },
    write(changes: { state: ShopState; kind: StoredKind; key: Key }[], lastId: number) {
      database.exec('begin');
      for (const { state, kind, key } of changes) {
        const value = state[kind].find(key);
        if (value === undefined) remove.run(state.domain, kind, String(key));
        else put.run(state.domain, kind, String(key), JSON.stringify(value));
      }
      count.run('last-id', lastId);
      database.exec('commit');
    },
    close: () => database.close(),
  };
}
