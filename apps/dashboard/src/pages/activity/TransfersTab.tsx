import { Button } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { Link } from '@loyalnest/ui/link';
import { Select } from '@loyalnest/ui/select';
import { LoadingNote, SkeletonLines, SkeletonText } from '@loyalnest/ui/skeleton';
import type { ActivityEntry } from '@loyalnest/contracts/rest/activity';
import type { TransferKind } from '@loyalnest/contracts/rest/points';
import { ArrowUpIcon, OrderIcon } from '@shopify/polaris-icons';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useActivity } from '../../api/activity.ts';
import { useIdentities, type Identities } from '../../api/identities.ts';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { availableChange, describeTransfer } from '../../transfers/describe-transfer.ts';
import { useTransferWords } from '../../transfers/use-transfer-words.ts';
import { customerName } from '../customers/customer-name.ts';
import { MoreRows } from '../customers/MoreRows.tsx';
import { activityPath, transferKinds } from './address.ts';
import type { LiveActivity } from './use-live-activity.ts';

/** Every movement of points of every customer, in words, the newest on top. */
export function TransfersTab({ kind, live }: { kind: TransferKind | undefined; live: LiveActivity }) {
  const { t } = useTranslation();
  const list = useActivity(kind);
  return (
    <Card title={t('activity.tabs.transfers')} actions={<KindFilter kind={kind} />} isFlush>
      <NewEntries live={live} />
      <MoreRows list={list} errorTitle={t('activity.transfers.errorTitle')}>
        {(entries) => <Entries entries={entries} isFiltered={kind !== undefined} />}
      </MoreRows>
    </Card>
  );
}

function KindFilter({ kind }: { kind: TransferKind | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Select
      label={t('activity.transfers.filter')}
      isLabelHidden
      value={kind ?? 'all'}
      onChange={(next) => {
        const path = activityPath({ tab: 'transfers', kind: next === 'all' ? undefined : next });
        void navigate(path, { preventScrollReset: true });
      }}
      options={[
        { value: 'all', label: t('activity.transfers.all') },
        ...transferKinds.map((kind) => ({ value: kind, label: t(`activity.kind.${kind}`) })),
      ]}
    />
  );
}

/** Says how many entries wait above, for whoever reads further down. */
function NewEntries({ live }: { live: LiveActivity }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <div role="status" className="pointer-events-none sticky top-2 z-(--p-z-index-10) flex h-0 justify-center">
      {live.waiting > 0 && (
        <div className="pointer-events-auto h-8">
          <Button
            variant="primary"
            icon={ArrowUpIcon}
            onPress={() => {
              live.show();
              window.scrollTo({ top: 0 });
            }}
          >
            {t('activity.transfers.new', { count: live.waiting, number: number(live.waiting) })}
          </Button>
        </div>
      )}
    </div>
  );
}

function Entries({ entries, isFiltered }: { entries: ActivityEntry[] | undefined; isFiltered: boolean }) {
  const { t } = useTranslation();
  const identities = useIdentities((entries ?? []).map(({ customerId }) => customerId));
  if (!entries) {
    return (
      <div className="p-4">
        <LoadingNote />
        <SkeletonLines lines={12} />
      </div>
    );
  }
  if (entries.length === 0) {
    return (
      <EmptyState
        icon={OrderIcon}
        title={isFiltered ? t('activity.transfers.noneOfKindTitle') : t('activity.transfers.noneTitle')}
      >
        {isFiltered ? t('activity.transfers.noneOfKindText') : t('activity.transfers.noneText')}
      </EmptyState>
    );
  }
  return (
    <ol className="divide-y divide-line-secondary">
      {entries.map((entry) => (
        <Entry key={entry.transferId} entry={entry} identities={identities} />
      ))}
    </ol>
  );
}

function Entry({ entry, identities }: { entry: ActivityEntry; identities: Identities }) {
  const { t } = useTranslation();
  const words = useTransferWords();
  const { data: merchant } = useMerchant();
  const { signed, dateTime } = useFormats(merchant?.timezone);
  const { customerId } = entry;
  const change = availableChange(entry);
  const identity = identities.byId.get(customerId);
  const name = customerName(identity, { customerId, t });
  return (
    <li className="flex items-start justify-between gap-4 px-4 py-3">
      <div className="flex min-w-0 flex-col items-start gap-1">
        <p className="break-words">{describeTransfer(entry, words)}</p>
        <p className="flex flex-wrap items-center gap-x-2 text-sm text-ink-secondary">
          <Link to={`/customers/${customerId}`}>
            {identity === undefined ? <AwaitedName name={name} /> : <bdi>{name}</bdi>}
          </Link>
          <time dateTime={entry.at}>{dateTime(entry.at)}</time>
        </p>
      </div>
      {change !== 0 && (
        <span className={`font-semibold tabular-nums ${change > 0 ? 'text-ink-success' : ''}`}>
          <bdi>{signed(change)}</bdi>
        </span>
      )}
    </li>
  );
}

/** Keeps about the place that a name takes; read out as the customer's number. */
function AwaitedName({ name }: { name: string }) {
  return (
    <>
      <span className="sr-only">{name}</span>
      <SkeletonText width="w-24" size="sm" />
    </>
  );
}
