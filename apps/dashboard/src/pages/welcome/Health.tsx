import type { Overview } from '@loyalnest/contracts/rest/overview';
import { Badge, type Tone } from '@loyalnest/ui/badge';
import { Link } from '@loyalnest/ui/link';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useWebhookFailures } from '../../api/webhooks.ts';
import { useFormats } from '../../i18n/format.ts';
import { Widget } from './Widget.tsx';

/** Past this, half of the shop's orders come in later than a shopper would wait for their points. */
const slowSeconds = 30;

/** Whether everything that Shopify tells arrives, and the shop's theme shows the widget. */
export function Health({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { ordersIngested, widgetSeenAt, isProgrammeOn } = overview;
  return (
    <dl className="divide-y divide-line-secondary">
      <Row label={t('welcome.programme')}>
        <State tone={isProgrammeOn ? 'success' : 'warning'}>
          {isProgrammeOn ? t('welcome.programmeOn') : t('welcome.programmeOff')}
        </State>
        <Link to="/programme">{t('welcome.programmeChange')}</Link>
      </Row>
      <Row label={t('welcome.widget')}>
        <Widget seenAt={widgetSeenAt} />
      </Row>
      <Row label={t('welcome.ordersIngested')}>{number(ordersIngested)}</Row>
      <Lag lag={overview.webhookLag} />
      <FailedWebhooks ofOrders={overview.failedWebhooks} />
    </dl>
  );
}

function Lag({ lag }: { lag: Overview['webhookLag'] }) {
  const { t } = useTranslation();
  const { number, duration } = useFormats();
  return (
    <Row label={t('welcome.lag')}>
      {lag === null ? (
        <span className="text-ink-secondary">{t('welcome.lagNone')}</span>
      ) : (
        <>
          <State tone={lag.p50Seconds > slowSeconds ? 'warning' : 'success'}>{duration(lag.p50Seconds)}</State>
          <span className="text-ink-secondary">
            {t('welcome.lagNote', { slowest: duration(lag.p95Seconds), deliveries: number(lag.deliveries) })}
          </span>
        </>
      )}
    </Row>
  );
}

/** Two services take webhooks. The overview counts those about orders; those about customers are counted here. */
function FailedWebhooks({ ofOrders }: { ofOrders: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { data, error } = useWebhookFailures('customers');
  const ofCustomers = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  const isMore = data?.pages.at(-1)?.nextCursor != null;
  const count = ofOrders + ofCustomers;
  return (
    <Row label={t('welcome.failedWebhooks')}>
      {count === 0 ? (
        <State tone="success">{t('welcome.failedNone')}</State>
      ) : (
        <>
          <State tone="critical">
            {isMore ? t('welcome.failedMoreThan', { number: number(count) }) : number(count)}
          </State>
          <Link to="/activity?tab=webhooks">{t('welcome.failedShow')}</Link>
        </>
      )}
      {error && <span className="text-ink-secondary">{t('welcome.failedPartly')}</span>}
    </Row>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-1 py-2.5 first:pt-0 last:pb-0 sm:grid-cols-[14rem_1fr]">
      <dt className="text-ink-secondary">{label}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">{children}</dd>
    </div>
  );
}

function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <Badge tone={tone}>{children}</Badge>;
}
