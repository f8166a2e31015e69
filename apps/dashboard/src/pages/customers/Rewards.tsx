import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import { Badge, type Tone } from '@loyalnest/ui/badge';
import { DataTable, type Column } from '@loyalnest/ui/data-table';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { useTranslation } from 'react-i18next';
import { useMemberRedemptions } from '../../api/customers.ts';
import { useMerchant } from '../../api/merchant.ts';
import { useRewards } from '../../api/programme.ts';
import { useFormats } from '../../i18n/format.ts';
import { MoreRows } from './MoreRows.tsx';

/** The rewards that a customer took. */
export function Rewards({ customerId }: { customerId: number }) {
  const { t } = useTranslation();
  const redemptions = useMemberRedemptions(customerId);
  const { data: rewards } = useRewards();
  const { data: merchant } = useMerchant();
  const { number, date } = useFormats(merchant?.timezone);
  const nameOf = (rewardId: number) => rewards?.items.find((reward) => reward.rewardId === rewardId)?.name;
  const columns: Column<RedemptionResponse>[] = [
    {
      id: 'reward',
      header: t('customers.reward'),
      cell: ({ rewardId, code }) => (
        <>
          <bdi>{nameOf(rewardId) ?? t('customers.rewardNumber', { id: String(rewardId) })}</bdi>
          {code !== null && (
            <span className="block font-mono text-sm font-regular break-all text-ink-secondary">
              <bdi>{code}</bdi>
            </span>
          )}
        </>
      ),
    },
    { id: 'date', header: t('customers.date'), cell: ({ createdAt }) => date(createdAt) },
    { id: 'status', header: t('customers.status'), cell: (redemption) => <RedemptionStatus redemption={redemption} /> },
    {
      id: 'points',
      header: t('customers.points'),
      isNumeric: true,
      cell: ({ points, restoredPoints }) => (
        <>
          {number(points)}
          {restoredPoints > 0 && (
            <span className="block text-sm text-ink-secondary">
              {t('customers.restored', { number: number(restoredPoints) })}
            </span>
          )}
        </>
      ),
    },
  ];
  return (
    <MoreRows list={redemptions} errorTitle={t('customers.rewardsErrorTitle')}>
      {(rows) => (
        <DataTable
          caption={t('customers.rewards')}
          columns={columns}
          rows={rows}
          keyOf={(redemption) => redemption.redemptionId}
          empty={<EmptyState title={t('customers.rewardsNoneTitle')}>{t('customers.rewardsNoneText')}</EmptyState>}
        />
      )}
    </MoreRows>
  );
}

const tones: Record<RedemptionResponse['status'], Tone> = {
  held: 'info',
  active: 'success',
  captured: 'base',
  releasing: 'info',
  released: 'base',
  failed: 'critical',
};

function RedemptionStatus({ redemption: { status } }: { redemption: RedemptionResponse }) {
  const { t } = useTranslation();
  const labels: Record<RedemptionResponse['status'], string> = {
    held: t('customers.redemptionHeld'),
    active: t('customers.redemptionActive'),
    captured: t('customers.redemptionCaptured'),
    releasing: t('customers.redemptionReleasing'),
    released: t('customers.redemptionReleased'),
    failed: t('customers.redemptionFailed'),
  };
  return <Badge tone={tones[status]}>{labels[status]}</Badge>;
}
