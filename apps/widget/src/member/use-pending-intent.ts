import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import type { MemberPanel, MemberReward } from '@loyalnest/contracts/rest/storefront';
import { useEffect, useRef } from 'preact/hooks';
import { findUnanswered, redeemReward } from '../api/redeeming.ts';
import type { PanelStore } from '../panel-store.ts';

/** What was confirmed before the page was reloaded is asked for once more, under its own key, and its code shown. */
export function usePendingIntent(
  store: PanelStore,
  member: MemberPanel | undefined,
  show: (reward: MemberReward, taken: RedemptionResponse) => void,
): void {
  const hasLooked = useRef(false);
  useEffect(() => {
    if (!member || hasLooked.current) return;
    hasLooked.current = true;
    const { customerId } = member;
    const unanswered = findUnanswered(store.storage, { customerId });
    const reward = member.rewards.find(({ rewardId }) => rewardId === unanswered?.rewardId);
    if (!reward) return;
    void redeemReward(store.api, store.storage, { customerId, rewardId: reward.rewardId }).then((answer) => {
      if (answer.outcome === 'ok') show(reward, answer.body);
      return store.read();
    });
  }, [member]);
}
