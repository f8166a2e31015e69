import type { CustomerIdentity, Member } from '@loyalnest/contracts/rest/customers';
import { useCustomerSearch, useMembers } from '../../api/customers.ts';
import { useIdentities } from '../../api/identities.ts';
import type { ListQuery } from './list-query.ts';

const pageSize = 25;

/** A search that finds more asks for another word instead: nobody reads on for a hundred people. */
const matchesMax = 100;

export type CustomerRow = {
  customerId: number;
  member: Member;
  /** `undefined` while it loads, `null` for a customer whom the shop no longer has. */
  identity: CustomerIdentity | null | undefined;
};

export type CustomerRows = {
  rows: CustomerRow[] | undefined;
  nextCursor: string | null;
  /** More customers match the search than are shown. */
  isCut: boolean;
  isStale: boolean;
  error: Error | null;
  refetch: () => void;
  isFetching: boolean;
};

/**
 * The list's customers. Who they are and what they have is known in two places: a search begins with the names and asks for
 * the points of whom it found, a list begins with the points and asks for the names.
 */
export function useCustomerRows(query: ListQuery): CustomerRows {
  const { q, filter, sort, order, cursor } = query;
  const isSearch = q !== '';
  const search = useCustomerSearch({ q, limit: matchesMax });
  const found = isSearch ? (search.data?.items ?? []) : [];
  const ids = found.map((identity) => identity.customerId);
  const members = useMembers(
    isSearch ? { filter, sort, order, ids, limit: matchesMax } : { filter, sort, order, cursor, limit: pageSize },
    { isEnabled: !isSearch || ids.length > 0 },
  );
  const listed = isSearch && ids.length === 0 ? [] : (members.data?.items ?? []);
  const identities = useIdentities(isSearch ? [] : listed.map((member) => member.customerId));

  // Points of the search before say nothing about whom this one found.
  const isSearched =
    search.data !== undefined && (ids.length === 0 || (members.isSuccess && !members.isPlaceholderData));
  const isReady = isSearch ? isSearched : members.data !== undefined;
  const rows = isSearch
    ? searchedRows({ listed, found, isFiltered: filter !== 'all' })
    : listed.map((member) => ({
        customerId: member.customerId,
        member,
        identity: identities.byId.get(member.customerId),
      }));

  return {
    rows: isReady ? rows : undefined,
    nextCursor: isSearch ? null : (members.data?.nextCursor ?? null),
    isCut: isSearch && search.data?.nextCursor != null,
    isStale: isSearch ? search.isPlaceholderData : members.isPlaceholderData,
    error: (isSearch ? search.error : null) ?? members.error,
    refetch: () => {
      if (isSearch) void search.refetch();
      void members.refetch();
    },
    isFetching: search.isFetching || members.isFetching,
  };
}

type Searched = { listed: readonly Member[]; found: readonly CustomerIdentity[]; isFiltered: boolean };

/** In the ledger's order; behind them those of whom the ledger knows nothing yet, because points can be given to them. */
export function searchedRows({ listed, found, isFiltered }: Searched): CustomerRow[] {
  const identities = new Map(found.map((identity) => [identity.customerId, identity]));
  const members = new Set(listed.map((member) => member.customerId));
  const known = listed.filter((member) => identities.has(member.customerId));
  const unknown = isFiltered ? [] : found.filter((identity) => !members.has(identity.customerId));
  return [
    ...known.map((member) => ({ customerId: member.customerId, member, identity: identities.get(member.customerId) })),
    ...unknown.map((identity) => ({
      customerId: identity.customerId,
      member: memberWithoutPoints(identity.customerId),
      identity,
    })),
  ];
}

/** Somebody who has an account at the shop, and no points yet. */
export function memberWithoutPoints(customerId: number): Member {
  return {
    customerId,
    pending: 0,
    available: 0,
    held: 0,
    earned: 0,
    orders: 0,
    lastActivityAt: null,
    isClosed: false,
    mergedInto: null,
  };
}
