import { Button } from '@loyalnest/ui/button';
import { ErrorState } from '@loyalnest/ui/error-state';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../api/page.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';

type MoreRowsProps<Item> = {
  list: UseInfiniteQueryResult<InfiniteData<Page<Item>>>;
  errorTitle: string;
  /** Draws the rows; `undefined` while the first load. */
  children: (rows: Item[] | undefined) => ReactNode;
};

/** A list within a page, which is read on and on. */
export function MoreRows<Item>({ list, errorTitle, children }: MoreRowsProps<Item>) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = list;
  if (error && !data) {
    return (
      <ErrorState
        title={errorTitle}
        message={problemText(error)}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  }
  return (
    <>
      {children(data?.pages.flatMap((page) => page.items))}
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
