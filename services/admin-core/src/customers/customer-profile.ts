import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import { searchTokensOf, type SearchTokens } from '../search/tokens.ts';
import { normaliseEmail, normalisePhone } from './contact.ts';
import type { CustomerKey } from './customer.ts';

/** Personal data in clear. Lives in memory only, and in no log. */
export type CustomerProfile = {
  email: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
};

/** The same as it is stored. */
export type SealedProfile = {
  email: Buffer | null;
  emailHash: Buffer | null;
  phone: Buffer | null;
  phoneHash: Buffer | null;
  firstName: Buffer | null;
  lastName: Buffer | null;
  locale: string | null;
  search: SearchTokens;
  keyVersion: number;
};

const encryptedFields = { email: 'email', phone: 'phone', firstName: 'first_name', lastName: 'last_name' } as const;

/** The one place that a ciphertext of a customer belongs to. */
export function customerContext({ merchantId, customerId }: CustomerKey, column: string): string {
  return `customers/${merchantId}/${customerId}/${column}`;
}

export async function sealProfile(
  encryption: Encryption,
  customer: CustomerKey,
  profile: CustomerProfile,
): Promise<SealedProfile> {
  // Read first: a rotation in between leaves the row due for re-encryption, never the other way round.
  const keyVersion = await encryption.currentVersion();
  const seal = (field: keyof typeof encryptedFields) => {
    const value = profile[field];
    return value === null ? null : encryption.encrypt(value, customerContext(customer, encryptedFields[field]));
  };
  const [email, phone, firstName, lastName, emailHash, phoneHash, search] = await Promise.all([
    seal('email'),
    seal('phone'),
    seal('firstName'),
    seal('lastName'),
    hashEmail(encryption, customer.merchantId, profile.email),
    hashPhone(encryption, customer.merchantId, profile.phone),
    searchTokensOf(encryption, customer.merchantId, profile),
  ]);
  return { email, emailHash, phone, phoneHash, firstName, lastName, locale: profile.locale, search, keyVersion };
}

export async function openProfile(
  encryption: Encryption,
  customer: CustomerKey,
  sealed: Pick<SealedProfile, keyof CustomerProfile>,
): Promise<CustomerProfile> {
  const open = (field: keyof typeof encryptedFields) => {
    const value = sealed[field];
    return value === null ? null : encryption.decrypt(value, customerContext(customer, encryptedFields[field]));
  };
  const [email, phone, firstName, lastName] = await Promise.all([
    open('email'),
    open('phone'),
    open('firstName'),
    open('lastName'),
  ]);
  return { email, phone, firstName, lastName, locale: sealed.locale };
}

/** `null` for what is no address. Equal addresses have equal hashes within a merchant, not across merchants. */
export async function hashEmail(
  encryption: Encryption,
  merchantId: number,
  email: string | null,
): Promise<Buffer | null> {
  const normal = email === null ? undefined : normaliseEmail(email);
  return normal === undefined ? null : encryption.hash(normal, `customers/${merchantId}/email`);
}

/** As `hashEmail`. */
export async function hashPhone(
  encryption: Encryption,
  merchantId: number,
  phone: string | null,
): Promise<Buffer | null> {
  const normal = phone === null ? undefined : normalisePhone(phone);
  return normal === undefined ? null : encryption.hash(normal, `customers/${merchantId}/phone`);
}
