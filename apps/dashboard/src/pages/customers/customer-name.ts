import type { CustomerIdentity } from '@loyalnest/contracts/rest/customers';
import type { TFunction } from 'i18next';

/** What a customer is called: by name, else by address or number, else by what is left of them. */
export function customerName(
  identity: CustomerIdentity | null | undefined,
  { customerId, t }: { customerId: number; t: TFunction },
): string {
  if (identity?.isRedacted) return t('customers.redacted');
  return identity?.name ?? identity?.email ?? identity?.phone ?? t('customers.unnamed', { id: String(customerId) });
}
