import { currencyExponent, formatMinor } from '@loyalnest/contracts/money';
import type { MemberReward, ProgrammeResponse, ProgrammeReward } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';

/** How the programme gives points, a sentence for each way. */
export function earnSentences(programme: ProgrammeResponse, speech: Speech): { title: string; text: string }[] {
  const { t, points } = speech;
  const { purchase, signupPoints } = programme;
  const ways: { title: string; text: string }[] = [];
  if (purchase?.kind === 'fixed') {
    ways.push({ title: t('earn.order'), text: t('earn.perOrder', { points: points(purchase.points) }) });
  }
  if (purchase?.kind === 'rate') {
    const { points: each, units } = roundRate(Number(purchase.rate));
    const amount = speech.money(units * 10 ** currencyExponent(programme.currency));
    ways.push({ title: t('earn.order'), text: t('earn.perAmount', { points: points(each), amount }) });
  }
  if (signupPoints) ways.push({ title: t('earn.signup'), text: t('earn.once', { points: points(signupPoints) }) });
  return ways;
}

/** "1 point for every 100 yen" rather than 0.01 points for one, where that comes out even. */
export function roundRate(rate: number): { points: number; units: number } {
  const units = Math.round(1 / rate);
  const isEven = rate > 0 && rate < 1 && Math.abs(units * rate - 1) < 1e-9;
  return isEven ? { points: 1, units } : { points: rate, units: 1 };
}

type Named = Pick<ProgrammeReward, 'kind' | 'amountMinor'> & ({ name: string } | { rewardName: string });

/** The merchant's name for a reward; the names that a new shop starts with are said in the shopper's language. */
export function rewardName(reward: Named, currency: string, speech: Speech): string {
  const { kind, amountMinor } = reward;
  const name = 'name' in reward ? reward.name : reward.rewardName;
  if (kind === 'free_shipping' && name === 'Free shipping') return speech.t('reward.freeShipping');
  if (kind !== 'fixed_amount' || amountMinor === null) return name;
  const amount = formatMinor(amountMinor, currencyExponent(currency)).replace(/\.0+$/, '');
  return name === `${amount} ${currency} off`
    ? speech.t('reward.amountOff', { amount: speech.money(amountMinor) })
    : name;
}

/** What a reward asks for besides points; empty when nothing. */
export function rewardTerms(
  reward: Pick<ProgrammeReward, 'kind' | 'amountMinor' | 'minimumSpendMinor'> & { validDays?: number | null },
  { t, money, days }: Speech,
): string[] {
  const terms: string[] = [];
  const { kind, amountMinor, minimumSpendMinor, validDays } = reward;
  if (minimumSpendMinor > 0) terms.push(t('reward.minimum', { amount: money(minimumSpendMinor) }));
  if (kind === 'free_shipping' && amountMinor !== null) {
    terms.push(t('reward.shippingUpTo', { amount: money(amountMinor) }));
  }
  if (validDays) terms.push(t('reward.validFor', { days: days(validDays) }));
  return terms;
}

/** The reward that is nearest among those that points do not buy yet, and how far along they are, from 0 to 1. */
export function nextGoal(
  rewards: readonly MemberReward[],
  available: number,
): { reward: MemberReward; share: number } | undefined {
  const missing = rewards.filter((reward) => !reward.isAffordable);
  const [first, ...others] = missing;
  if (!first) return undefined;
  const reward = others.reduce((near, one) => (one.points < near.points ? one : near), first);
  return { reward, share: Math.min(1, Math.max(0, available / reward.points)) };
}
