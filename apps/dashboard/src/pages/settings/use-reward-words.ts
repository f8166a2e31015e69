import type { RewardResponse } from '@loyalnest/contracts/rest/points';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';

type Gift = Pick<RewardResponse, 'kind' | 'amountMinor'>;

/** What a reward gives, in words. */
export function useRewardWords(currency: string): { gives: (reward: Gift) => string } {
  const { t } = useTranslation();
  const { money } = useFormats();
  return {
    gives: ({ kind, amountMinor }) => {
      if (kind === 'fixed_amount') return t('settings.reward.moneyOff', { money: money(amountMinor ?? 0, currency) });
      if (amountMinor === null) return t('settings.reward.freeShipping');
      return t('settings.reward.freeShippingUpTo', { money: money(amountMinor, currency) });
    },
  };
}
