import type { ProgrammeSettings, PurchaseRule } from '@loyalnest/contracts/programme';
import type { MemberReward, ProgrammeResponse, ProgrammeReward } from '@loyalnest/contracts/rest/storefront';
import type { Reward } from '../rewards/reward.ts';

/** The programme as a visitor of the shop may know it: what brings points, and what they buy. */
export function describeProgramme(of: {
  settings: ProgrammeSettings;
  currency: string;
  rewards: readonly Reward[];
}): ProgrammeResponse {
  const { settings, currency, rewards } = of;
  const { purchase, signup, expiry } = settings;
  return {
    isOn: settings.isOn,
    currency,
    pointsName: settings.pointsName,
    purchase: describePurchase(purchase),
    earnsWhen: purchase.earnsWhen,
    approvalDays: purchase.approvalDays,
    signupPoints: signup.isOn && signup.points > 0 ? signup.points : null,
    expiresAfterMonths: expiry.afterMonths,
    rewards: rewards.filter(({ isOpen }) => isOpen).map(describeReward),
  };
}

/** Open rewards beside what a member has. */
export function compareWith(available: number, rewards: readonly ProgrammeReward[]): MemberReward[] {
  return rewards.map((reward) => {
    const missingPoints = Math.max(0, reward.points - available);
    return { ...reward, isAffordable: missingPoints === 0, missingPoints };
  });
}

/** A rule that is off, or brings nothing, is not spoken of. */
function describePurchase({ isOn, kind, rate, fixedPoints }: PurchaseRule): ProgrammeResponse['purchase'] {
  if (!isOn) return null;
  if (kind === 'fixed') return fixedPoints > 0 ? { kind, points: fixedPoints } : null;
  return /[1-9]/.test(rate) ? { kind, rate } : null;
}

function describeReward(reward: Reward): ProgrammeReward {
  const { rewardId, name, kind, points, amountMinor, minimumSpendMinor, validDays } = reward;
  return { rewardId, name, kind, points, amountMinor, minimumSpendMinor, validDays };
}
