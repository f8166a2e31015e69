import type { CustomerIdentity, MemberDetail } from '@loyalnest/contracts/rest/customers';
import { useMember } from '../../api/customers.ts';
import { useIdentities } from '../../api/identities.ts';
import { toProblem } from '../../api/problem.ts';
import { memberWithoutPoints } from './use-customer-rows.ts';

type Customer = {
  member: MemberDetail | undefined;
  /** `undefined` while it loads, `null` for a customer whom the shop no longer has. */
  identity: CustomerIdentity | null | undefined;
  error: Error | null;
  refetch: () => void;
  isFetching: boolean;
};

/** A customer as the ledger and the shop know them. Whom only the shop knows has no points yet. */
export function useCustomer(customerId: number): Customer {
  const { data, error, refetch, isFetching } = useMember(customerId);
  const identity = useIdentities([customerId]).byId.get(customerId);
  const isUnknownToLedger = error !== null && toProblem(error).code === 'customer-not-found';
  const member =
    data ??
    (isUnknownToLedger && identity ? { ...memberWithoutPoints(customerId), lots: [], valueMinor: null } : undefined);
  return { member, identity, error, refetch: () => void refetch(), isFetching };
}
