import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import { Badge } from '@loyalnest/ui/badge';
import { Button } from '@loyalnest/ui/button';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { ErrorState } from '@loyalnest/ui/error-state';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMemberHistory } from '../../api/customers.ts';
import { rolesQuery, useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { availableChange, describeTransfer } from '../../transfers/describe-transfer.ts';
import { useTransferWords } from '../../transfers/use-transfer-words.ts';
import { useUndo } from './use-undo.ts';

/** Every movement of a customer's points, in words. */
export function Timeline({ customerId, canUndo }: { customerId: number; canUndo: boolean }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useMemberHistory(customerId);
  const entries = data?.pages.flatMap((page) => page.items);

  if (error && !entries) {
    return (
      <ErrorState
        title={t('customers.timelineErrorTitle')}
        message={problemText(error)}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  }
  if (!entries) {
    return (
      <div className="p-4">
        <LoadingNote />
        <SkeletonLines lines={8} />
      </div>
    );
  }
  if (entries.length === 0) {
    return <EmptyState title={t('customers.timelineNoneTitle')}>{t('customers.timelineNoneText')}</EmptyState>;
  }
  return (
    <>
      <ol className="divide-y divide-line-secondary">
        {entries.map((entry) => (
          <Entry key={entry.transferId} entry={entry} canUndo={canUndo} />
        ))}
      </ol>
      {hasNextPage && (
        <div className="flex justify-center border-t border-line-secondary p-3">
          <Button onPress={() => void fetchNextPage()} isLoading={isFetchingNextPage}>
            {t('common.loadMore')}
          </Button>
        </div>
      )}
    </>
  );
}

function Entry({ entry, canUndo }: { entry: HistoryEntry; canUndo: boolean }) {
  const { t } = useTranslation();
  const words = useTransferWords();
  const { data: merchant } = useMerchant();
  const { signed, dateTime } = useFormats(merchant?.timezone);
  const { undo, isUndoing } = useUndo();
  const place = useRef<HTMLLIElement>(null);
  const change = availableChange(entry);
  // The button goes with what it undid; the focus stays at the entry.
  const undoHere = () => undo(entry.transferId).then(() => place.current?.focus());
  const isUndoable = entry.kind === 'adjust' && entry.reversesTransferId === null && entry.undoneBy === null;
  return (
    <li ref={place} tabIndex={-1} className="flex items-start justify-between gap-4 px-4 py-3 outline-none">
      <div className="flex min-w-0 flex-col items-start gap-1">
        <p className="break-words">{describeTransfer(entry, words)}</p>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink-secondary">
          <time dateTime={entry.at}>{dateTime(entry.at)}</time>
          <Actor actor={entry.actor} />
          {entry.undoneBy !== null && <Badge>{t('customers.undone')}</Badge>}
        </p>
        {isUndoable && canUndo && (
          <Button variant="plain" isLoading={isUndoing} onPress={() => void undoHere()}>
            {t('customers.undo')}
          </Button>
        )}
      </div>
      {change !== 0 && (
        <span className={`font-semibold tabular-nums ${change > 0 ? 'text-ink-success' : ''}`}>
          <bdi>{signed(change)}</bdi>
        </span>
      )}
    </li>
  );
}

/** Who did it, where a person did. What the product and Shopify do by themselves needs no name. */
function Actor({ actor }: { actor: string }) {
  const { t } = useTranslation();
  const { data: reader } = useQuery(rolesQuery);
  const staff = /^staff:(.+)$/.exec(actor)?.[1];
  if (staff !== undefined && staff === String(reader?.userId)) return <span>{t('customers.byYou')}</span>;
  if (staff !== undefined) return <span>{t('customers.byStaff', { user: staff })}</span>;
  if (actor === 'customer') return <span>{t('customers.byCustomer')}</span>;
  return null;
}
