import { Badge } from '@loyalnest/ui/badge';
import { ButtonLink } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { DataTable } from '@loyalnest/ui/data-table';
import { EmptyState } from '@loyalnest/ui/empty-state';
import type { RewardList, RewardResponse } from '@loyalnest/contracts/rest/points';
import { DiscountIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';
import { rewardPath } from './tabs.ts';
import { useRewardWords } from './use-reward-words.ts';

export function RewardsTab({ list, canWrite }: { list: RewardList; canWrite: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { name } = usePoints();
  const words = useRewardWords(list.currency);
  const create = canWrite && (
    <ButtonLink variant="primary" to={rewardPath('new')}>
      {t('settings.reward.create')}
    </ButtonLink>
  );
  return (
    <Card title={t('settings.tabs.rewards')} actions={list.items.length > 0 && create} isFlush>
      <DataTable<RewardResponse>
        caption={t('settings.tabs.rewards')}
        rows={list.items}
        keyOf={(reward) => reward.rewardId}
        linkOf={(reward) => rewardPath(reward.rewardId)}
        columns={[
          { id: 'name', header: t('settings.reward.name'), cell: (reward) => <bdi>{reward.name}</bdi> },
          { id: 'gives', header: t('settings.reward.gives'), cell: (reward) => words.gives(reward) },
          { id: 'points', header: name, cell: (reward) => number(reward.points), isNumeric: true },
          {
            id: 'status',
            header: t('settings.reward.status'),
            cell: (reward) => (
              <Badge tone={reward.isOpen ? 'success' : 'base'}>
                {reward.isOpen ? t('settings.reward.open') : t('settings.reward.closed')}
              </Badge>
            ),
          },
        ]}
        empty={
          <EmptyState icon={DiscountIcon} title={t('settings.reward.emptyTitle')} actions={create}>
            {t('settings.reward.emptyText')}
          </EmptyState>
        }
      />
    </Card>
  );
}
