import { describe, expect, it } from 'vitest';
import {
  defaultListQuery,
  listAddress,
  nextPlace,
  previousPlace,
  readListQuery,
  readTrail,
  sortAddress,
} from '../src/pages/customers/list-query.ts';

const read = (search: string) => readListQuery(new URLSearchParams(search));

describe('the address of the list of customers', () => {
  it('is read back as it was written', () => {
    const query = { q: 'ann b', filter: 'expiring', sort: 'earned', order: 'asc', cursor: 'abc=' } as const;
    const address = listAddress(query, { cursor: query.cursor });
    expect(read(address.split('?')[1] ?? '')).toEqual(query);
  });

  it('is bare while everything is as usual', () => {
    expect(listAddress(defaultListQuery)).toBe('/customers');
  });

  it('takes what does not exist for the default', () => {
    expect(read('filter=nobody&sort=shoe-size&order=up&q=%20')).toEqual(defaultListQuery);
  });

  it('drops the page when what is listed changes', () => {
    const query = { ...defaultListQuery, cursor: 'abc' };
    expect(listAddress(query, { filter: 'held' })).toBe('/customers?filter=held');
    expect(sortAddress(query, 'orders')).toBe('/customers?sort=orders');
  });

  it('turns a sorted column around and begins others with their largest', () => {
    const query = { ...defaultListQuery, sort: 'orders' } as const;
    expect(sortAddress(query, 'orders')).toBe('/customers?sort=orders&order=asc');
    expect(sortAddress({ ...query, order: 'asc' }, 'orders')).toBe('/customers?sort=orders');
    expect(sortAddress({ ...query, order: 'asc' }, 'earned')).toBe('/customers?sort=earned');
  });
});

describe('the pages of the list', () => {
  it('lead forth and back over the same pages', () => {
    const addresses = ['/customers'];
    let query = defaultListQuery;
    let trail = readTrail(null);
    for (const cursor of ['a', 'b']) {
      const next = nextPlace(query, trail, cursor)!;
      addresses.push(next.to);
      query = read(next.to.split('?')[1] ?? '');
      trail = readTrail(next.state);
    }
    expect(addresses).toEqual(['/customers', '/customers?cursor=a', '/customers?cursor=b']);
    const back: string[] = [];
    for (let place = previousPlace(query, trail); place; place = previousPlace(query, trail)) {
      back.push(place.to);
      query = read(place.to.split('?')[1] ?? '');
      trail = readTrail(place.state);
    }
    expect(back).toEqual(['/customers?cursor=a', '/customers']);
  });

  it('lead back to the first one from a link that was shared', () => {
    expect(previousPlace(read('cursor=z'), readTrail({ trail: 'nonsense' }))?.to).toBe('/customers');
  });

  it('end where the server says so', () => {
    expect(nextPlace(defaultListQuery, [], null)).toBeNull();
    expect(previousPlace(defaultListQuery, [])).toBeNull();
  });
});
