import type { CustomerIdentity, Member } from '@loyalnest/contracts/rest/customers';
import { describe, expect, it } from 'vitest';
import { memberWithoutPoints, searchedRows } from '../src/pages/customers/use-customer-rows.ts';

const aMember = (customerId: number, available: number): Member => ({ ...memberWithoutPoints(customerId), available });

function anIdentity(customerId: number): CustomerIdentity {
  return { customerId, name: `Customer ${customerId}`, email: null, phone: null, joinedAt: null, isRedacted: false };
}

describe('searchedRows', () => {
  it("keeps the ledger's order and adds whom it does not know", () => {
    const rows = searchedRows({
      listed: [aMember(3, 90), aMember(1, 10)],
      found: [anIdentity(1), anIdentity(2), anIdentity(3)],
      isFiltered: false,
    });
    expect(rows.map((row) => [row.customerId, row.member.available, row.identity?.name])).toEqual([
      [3, 90, 'Customer 3'],
      [1, 10, 'Customer 1'],
      [2, 0, 'Customer 2'],
    ]);
  });

  it('shows nobody without points where a filter asks for points', () => {
    const rows = searchedRows({ listed: [aMember(1, 10)], found: [anIdentity(1), anIdentity(2)], isFiltered: true });
    expect(rows.map((row) => row.customerId)).toEqual([1]);
  });

  it('leaves out members of the search before', () => {
    expect(searchedRows({ listed: [aMember(9, 10)], found: [anIdentity(1)], isFiltered: true })).toEqual([]);
  });
});
