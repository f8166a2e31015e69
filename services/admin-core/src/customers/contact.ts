/** Longest phone number of E.164. */
const phoneDigitsMax = 15;
const phoneDigitsMin = 5;

/** One spelling for all spellings of an e-mail address; `undefined` for what is none. */
export function normaliseEmail(email: string): string | undefined {
  const text = email.normalize('NFKC').trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined;
}

/**
 * Digits with the country code, as Shopify stores them: "+49 (151) 234-5678" is "+491512345678". A number without a
 * country code keeps its digits, because which country it is from cannot be told.
 */
export function normalisePhone(phone: string): string | undefined {
  const text = phone.normalize('NFKC').trim();
  const digits = text.replace(/\D/g, '');
  if (digits.length < phoneDigitsMin || digits.length > phoneDigitsMax) return undefined;
  const isInternational = text.startsWith('+') || digits.startsWith('00');
  return isInternational ? `+${text.startsWith('+') ? digits : digits.slice(2)}` : digits;
}
