import { Tabs } from '@loyalnest/ui/tabs';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Orders } from './Orders.tsx';
import { Rewards } from './Rewards.tsx';
import { Timeline } from './Timeline.tsx';

const sections = ['timeline', 'orders', 'rewards'] as const;

/** What happened with a customer, each kind under an address of its own. */
export function Sections({ customerId, canUndo }: { customerId: number; canUndo: boolean }) {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const current = sections.find((section) => section === parameters.get('tab')) ?? 'timeline';
  const labels = { timeline: t('customers.timeline'), orders: t('customers.orders'), rewards: t('customers.rewards') };
  return (
    <>
      <div className="border-b border-line-secondary">
        <Tabs
          label={t('customers.sections')}
          current={current}
          tabs={sections.map((id) => ({
            id,
            label: labels[id],
            to: `/customers/${customerId}${id === 'timeline' ? '' : `?tab=${id}`}`,
          }))}
        />
      </div>
      {current === 'timeline' && <Timeline customerId={customerId} canUndo={canUndo} />}
      {current === 'orders' && <Orders customerId={customerId} />}
      {current === 'rewards' && <Rewards customerId={customerId} />}
    </>
  );
}
