import { checks, differencesMax, type Check, type Proof } from './findings.ts';

/** What each check makes sure of, and what it looked at. */
const guarantees: Readonly<Record<Check, (proof: Proof) => string>> = {
  balances: ({ checked }) =>
    `balances of ${n(checked.customers)} customers are what their ${n(checked.transfers)} transfers add up to`,
  'trial-balance': ({ checked }) =>
    `over ${n(checked.merchants)} merchants, what the programmes gave out is with their customers`,
  lots: ({ checked }) => `${n(checked.lots)} lots hold exactly what is available`,
  redemptions: ({ checked }) =>
    `${n(checked.redemptions)} redemptions held, captured, released and restored what they say`,
  orders: ({ checked }) => `${n(checked.orders)} orders have posted what their facts are due`,
  'business-keys': ({ checked }) => `${n(checked.businessKeys)} business keys and their transfers find each other`,
  partitions: ({ checked }) => `${n(checked.transfers)} transfers are in the partition of their month`,
  events: ({ checked }) => `${n(checked.events)} events of all services are delivered or on their way`,
};

/** The proof for people: a line for each check, then each difference. */
export function reportProof(proof: Proof, { shopOf }: { shopOf: (merchantId: number) => string }): string {
  const lines = checks.map((check) => {
    const count = proof.differences.filter((difference) => difference.check === check).length;
    return `${count === 0 ? 'ok       ' : 'DIFFERS  '}${check.padEnd(15)}${guarantees[check](proof)}`;
  });
  const differences = proof.differences.map(
    ({ check, merchantId, difference }) => `${shopOf(merchantId)}: ${check}: ${difference}`,
  );
  const more =
    differences.length >= differencesMax ? [`Only the first ${n(differencesMax)} differences are listed.`] : [];
  const end = proof.ok ? 'No differences.' : `${n(differences.length)} differences. Nothing was changed.`;
  return [...lines, '', ...differences, ...more, end, ''].join('\n');
}

function n(count: number): string {
  return count.toLocaleString('en');
}
