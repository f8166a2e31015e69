/**
 * The moment, by Shopify's clock, at which Shopify vouched for an installation by issuing a session token: an uninstall
 * before it is over. The token tells the second; our clock tells the rest of it, as far as it agrees with that second.
 */
export function vouchedAt(session: { issuedAt: Date }, now: Date): Date {
  const start = session.issuedAt.getTime();
  return new Date(Math.min(Math.max(now.getTime(), start), start + 999));
}
