import { Banner } from '@loyalnest/ui/banner';
import { ButtonLink } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Filters } from '@loyalnest/ui/filters';
import { Page } from '@loyalnest/ui/page';
import { Pagination } from '@loyalnest/ui/pagination';
import { SearchField } from '@loyalnest/ui/search-field';
import { Select } from '@loyalnest/ui/select';
import { PersonIcon, SearchIcon } from '@shopify/polaris-icons';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { CustomerTable } from './CustomerTable.tsx';
import { rememberList } from './last-list.ts';
import {
  filters,
  listAddress,
  nextPlace,
  previousPlace,
  readListQuery,
  readTrail,
  type ListQuery,
} from './list-query.ts';
import { useCustomerRows } from './use-customer-rows.ts';

export function CustomersPage() {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const location = useLocation();
  const [parameters] = useSearchParams();
  const query = readListQuery(parameters);
  const trail = readTrail(location.state);
  const { rows, nextCursor, isCut, isStale, error, refetch, isFetching } = useCustomerRows(query);
  useEffect(() => rememberList(location.pathname + location.search), [location]);

  return (
    <Page title={t('customers.title')} subtitle={t('customers.subtitle')}>
      <Card isFlush>
        <ListFilters query={query} />
        {error && !rows ? (
          <ErrorState
            title={t('customers.errorTitle')}
            message={problemText(error)}
            onRetry={refetch}
            isRetrying={isFetching}
          />
        ) : (
          <CustomerTable query={query} rows={rows} isStale={isStale} empty={<NoCustomers query={query} />} />
        )}
        <Pagination previous={previousPlace(query, trail)} next={nextPlace(query, trail, nextCursor)} />
      </Card>
      {isCut && <Banner title={t('customers.tooMany')} />}
    </Page>
  );
}

function ListFilters({ query }: { query: ListQuery }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const labels = {
    all: t('customers.filterAll'),
    withPoints: t('customers.filterWithPoints'),
    pending: t('customers.filterPending'),
    held: t('customers.filterHeld'),
    negative: t('customers.filterNegative'),
    expiring: t('customers.filterExpiring'),
  };
  const isSet = query.q !== '' || query.filter !== 'all';
  return (
    <Filters clearTo={isSet ? listAddress(query, { q: '', filter: 'all' }) : null}>
      <SearchField
        label={t('customers.search')}
        value={query.q}
        // A letter more is not a page more: the browser's back button leads out of the search at once.
        onSearch={(q) => void navigate(listAddress(query, { q }), { replace: query.q !== '' })}
      />
      <Select
        label={t('customers.filter')}
        isLabelHidden
        value={query.filter}
        onChange={(filter) => void navigate(listAddress(query, { filter }))}
        options={filters.map((value) => ({ value, label: labels[value] }))}
      />
    </Filters>
  );
}

function NoCustomers({ query }: { query: ListQuery }) {
  const { t } = useTranslation();
  const isNarrowed = query.q !== '' || query.filter !== 'all';
  if (!isNarrowed) {
    return (
      <EmptyState icon={PersonIcon} title={t('customers.emptyTitle')}>
        {t('customers.emptyText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={SearchIcon}
      title={t('customers.noneTitle')}
      actions={<ButtonLink to="/customers">{t('customers.noneAction')}</ButtonLink>}
    >
      {t('customers.noneText')}
    </EmptyState>
  );
}
