import { Badge, type Tone } from '@loyalnest/ui/badge';
import { Card } from '@loyalnest/ui/card';
import { DataTable } from '@loyalnest/ui/data-table';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { Link } from '@loyalnest/ui/link';
import { Select } from '@loyalnest/ui/select';
import { DiscountIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useShopRedemptions, type RedemptionStatus, type ShopRedemption } from '../../api/activity.ts';
import { useIdentities } from '../../api/identities.ts';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';
import { customerName } from '../customers/customer-name.ts';
import { MoreRows } from '../customers/MoreRows.tsx';
import { activityPath, redemptionStatuses } from './address.ts';

/** Every reward that was taken, with its code and what became of it. */
export function RedemptionsTab({ status }: { status: RedemptionStatus | undefined }) {
  const { t } = useTranslation();
  const list = useShopRedemptions(status);
  return (
    <Card title={t('activity.tabs.redemptions')} actions={<StatusFilter status={status} />} isFlush>
      <MoreRows list={list} errorTitle={t('activity.redemptions.errorTitle')}>
        {(rows) => <Redemptions rows={rows} isFiltered={status !== undefined} />}
      </MoreRows>
    </Card>
  );
}

function StatusFilter({ status }: { status: RedemptionStatus | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const labels = useStatusLabels();
  return (
    <Select
      label={t('activity.redemptions.filter')}
      isLabelHidden
      value={status ?? 'all'}
      onChange={(next) => {
        const path = activityPath({ tab: 'redemptions', status: next === 'all' ? undefined : next });
        void navigate(path, { preventScrollReset: true });
      }}
      options={[
        { value: 'all', label: t('activity.redemptions.all') },
        ...redemptionStatuses.map((status) => ({ value: status, label: labels[status] })),
      ]}
    />
  );
}

function Redemptions({ rows, isFiltered }: { rows: ShopRedemption[] | undefined; isFiltered: boolean }) {
  const { t } = useTranslation();
  const labels = useStatusLabels();
  const { data: merchant } = useMerchant();
  const { number, dateTime } = useFormats(merchant?.timezone);
  const { name } = usePoints();
  const { byId } = useIdentities((rows ?? []).map(({ customerId }) => customerId));
  return (
    <DataTable<ShopRedemption>
      caption={t('activity.tabs.redemptions')}
      rows={rows}
      keyOf={({ redemptionId }) => redemptionId}
      columns={[
        {
          id: 'reward',
          header: t('customers.reward'),
          cell: ({ rewardName, code }) => (
            <>
              <bdi>{rewardName}</bdi>
              {code !== null && (
                <span className="block font-mono text-sm font-regular break-all text-ink-secondary">
                  <bdi>{code}</bdi>
                </span>
              )}
            </>
          ),
        },
        {
          id: 'customer',
          header: t('customers.customer'),
          cell: ({ customerId }) => (
            <Link to={`/customers/${customerId}`}>
              <bdi>{customerName(byId.get(customerId), { customerId, t })}</bdi>
            </Link>
          ),
        },
        {
          id: 'status',
          header: t('customers.status'),
          cell: ({ status }) => <Badge tone={tones[status]}>{labels[status]}</Badge>,
        },
        {
          id: 'order',
          header: t('activity.redemptions.order'),
          cell: ({ orderName, orderId }) => orderName ?? orderId ?? '–',
        },
        { id: 'date', header: t('customers.date'), cell: ({ createdAt }) => dateTime(createdAt) },
        { id: 'points', header: name, isNumeric: true, cell: ({ points }) => number(points) },
      ]}
      empty={
        <EmptyState
          icon={DiscountIcon}
          title={isFiltered ? t('activity.redemptions.noneOfStatusTitle') : t('activity.redemptions.noneTitle')}
        >
          {isFiltered ? t('activity.redemptions.noneOfStatusText') : t('activity.redemptions.noneText')}
        </EmptyState>
      }
    />
  );
}

const tones: Record<RedemptionStatus, Tone> = {
  held: 'info',
  active: 'success',
  captured: 'base',
  releasing: 'info',
  released: 'base',
  failed: 'critical',
};

function useStatusLabels(): Record<RedemptionStatus, string> {
  const { t } = useTranslation();
  return {
    held: t('customers.redemptionHeld'),
    active: t('customers.redemptionActive'),
    captured: t('customers.redemptionCaptured'),
    releasing: t('customers.redemptionReleasing'),
    released: t('customers.redemptionReleased'),
    failed: t('customers.redemptionFailed'),
  };
}
