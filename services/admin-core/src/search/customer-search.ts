import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import { findCustomers } from '../customers/customer-record.repository.ts';
import { CustomerService, type Customer } from '../customers/customer.service.ts';
import { countByToken, listCandidates, type Candidates } from './candidate.repository.ts';
import { queryTokensOf } from './tokens.ts';
import { matches, wordsOf, wordsOfQuery, type Words } from './words.ts';

/** `next`: only customers with smaller ids are left; `undefined` when none are. */
export type SearchPage = { customers: Customer[]; next: number | undefined };

export type Search = { merchantId: number; text: string; before: number | undefined; limit: number };

/** Customers that one request decrypts at most, some 20 µs each: a page that needs more ends early and goes on from there. */
const decryptedMax = 1_500;
/**
 * How many customers of the rarest token each step looks at, some 5 µs each when there are other tokens. Most pages are full
 * after the first; after the last a page ends as it is.
 */
const steps = [250, 1_000, 4_000, 4_000];
/** Decrypted at once beyond what the page needs, because most candidates match. */
const spare = 15;

/** Finds a shop's customers by e-mail, phone or name, though all of these are encrypted (docs/decisions/0021). */
@Injectable()
export class CustomerSearch {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly customers: CustomerService,
  ) {}

  /** Newest customers first. A page may have fewer than `limit` although more follow. */
  async search(search: Search): Promise<SearchPage> {
    if (search.before === undefined) {
      const named = await this.findNamed(search);
      if (named.length > 0) return { customers: named, next: undefined };
    }
    const typed = wordsOfQuery(search.text);
    const tokens = await queryTokensOf(this.encryption, search.merchantId, typed);
    if (tokens.length === 0) return { customers: [], next: undefined };
    return this.database.forMerchant(search.merchantId, (tx) => this.collect(tx, search, { typed, tokens }));
  }

  /** Whoever has what was typed as their whole address or number. */
  private async findNamed({ merchantId, text }: Search): Promise<Customer[]> {
    if (text.includes('@')) return this.customers.findByContact(merchantId, { email: text });
    const isNumber = /^\+?[\d\s().\-/]+$/.test(text);
    return isNumber ? this.customers.findByContact(merchantId, { phone: text }) : [];
  }

  private async collect(
    tx: Tx,
    { merchantId, before, limit }: Search,
    { typed, tokens }: { typed: Words; tokens: readonly number[] },
  ): Promise<SearchPage> {
    const rarestFirst = await countByToken(tx, merchantId, tokens);
    const found: Customer[] = [];
    let place = before ?? Number.MAX_SAFE_INTEGER;
    let decrypted = 0;
    for (const looks of steps) {
      const candidates = await listCandidates(tx, { merchantId, tokens: rarestFirst, before: place, looks });
      for (const ids of chunks(candidates.ids, limit + spare)) {
        found.push(...(await this.open(tx, merchantId, ids)).filter((one) => matches(wordsOf(one), typed)));
        decrypted += ids.length;
        place = ids.at(-1) ?? place;
        if (found.length > limit) return fullPage(found, limit);
        if (decrypted >= decryptedMax) return { customers: found, next: place };
      }
      if (candidates.last === undefined) return { customers: found, next: undefined };
      place = candidates.last;
    }
    return { customers: found, next: place };
  }

  /** In the order of the ids. */
  private async open(tx: Tx, merchantId: number, ids: readonly number[]): Promise<Customer[]> {
    const records = await findCustomers(tx, merchantId, ids);
    const customers = await Promise.all(records.map((record) => this.customers.open(record)));
    return customers.sort((a, b) => b.customerId - a.customerId);
  }
}

function fullPage(found: readonly Customer[], limit: number): SearchPage {
  const customers = found.slice(0, limit);
  return { customers, next: customers.at(-1)?.customerId };
}

function* chunks(ids: Candidates['ids'], size: number): Generator<readonly number[]> {
  for (let start = 0; start < ids.length; start += size) yield ids.slice(start, start + size);
}
