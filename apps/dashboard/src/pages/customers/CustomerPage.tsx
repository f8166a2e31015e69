import type { CustomerIdentity, MemberDetail } from '@loyalnest/contracts/rest/customers';
import { Button } from '@loyalnest/ui/button';
import { Banner } from '@loyalnest/ui/banner';
import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { Link } from '@loyalnest/ui/link';
import { MetricList, MetricSkeleton } from '@loyalnest/ui/metric';
import { Page } from '@loyalnest/ui/page';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMemberHistory } from '../../api/customers.ts';
import { useAccess } from '../../api/merchant.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { ReadOnlyBanner } from '../../shell/ReadOnlyBanner.tsx';
import { NotFoundPage } from '../../shell/NotFoundPage.tsx';
import { AdjustDialog } from './AdjustDialog.tsx';
import { Balance } from './Balance.tsx';
import { customerName } from './customer-name.ts';
import { Contact } from './Contact.tsx';
import { lastList } from './last-list.ts';
import { Lots } from './Lots.tsx';
import { Sections } from './Sections.tsx';
import { useCustomer } from './use-customer.ts';

export function CustomerPage() {
  const customerId = Number(useParams()['customerId']);
  if (!Number.isSafeInteger(customerId) || customerId <= 0) return <NotFoundPage />;
  // Another customer is another page: nothing of the one before, such as an open dialog, stays.
  return <Customer key={customerId} customerId={customerId} />;
}

function Customer({ customerId }: { customerId: number }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { canWrite } = useAccess();
  const [isAdjusting, setAdjusting] = useState(false);
  const { member, identity, error, refetch, isFetching } = useCustomer(customerId);
  // Shown at once and as a whole: parts that come one by one would push each other down the page.
  const isReady = !useMemberHistory(customerId).isPending && identity !== undefined;
  const name = identity === undefined ? t('customers.customer') : customerName(identity, { customerId, t });

  if (error && !member) {
    return (
      <Page title={name} back={lastList()}>
        <Card>
          <ErrorState
            title={t('customers.customerErrorTitle')}
            message={problemText(error)}
            onRetry={refetch}
            isRetrying={isFetching}
          />
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title={name}
      subtitle={identity?.email && identity.email !== name ? identity.email : '\u00a0'}
      back={lastList()}
      actions={
        <Button
          variant="primary"
          isDisabled={!canWrite || !member || member.isClosed}
          onPress={() => setAdjusting(true)}
        >
          {t('customers.adjust')}
        </Button>
      }
    >
      <ReadOnlyBanner />
      {isReady && member ? <Known member={member} identity={identity} canWrite={canWrite} /> : <Waiting />}
      {member && <AdjustDialog name={name} member={member} isOpen={isAdjusting} onClose={() => setAdjusting(false)} />}
    </Page>
  );
}

type KnownProps = { member: MemberDetail; identity: CustomerIdentity | null | undefined; canWrite: boolean };

function Known({ member, identity = null, canWrite }: KnownProps) {
  const { t } = useTranslation();
  const { customerId, isClosed, mergedInto, lots } = member;
  return (
    <>
      {isClosed && <ClosedBanner mergedInto={mergedInto} />}
      <Balance member={member} />
      <Columns
        main={<Sections customerId={customerId} canUndo={canWrite && !isClosed} />}
        side={
          <>
            <Card title={t('customers.lots')}>
              <Lots lots={lots} />
            </Card>
            <Card title={t('customers.contact')}>
              <Contact customerId={customerId} identity={identity} />
            </Card>
          </>
        }
      />
    </>
  );
}

function Waiting() {
  return (
    <>
      <LoadingNote />
      <MetricList>
        <MetricSkeleton />
        <MetricSkeleton />
        <MetricSkeleton />
        <MetricSkeleton />
      </MetricList>
      <Columns
        main={
          <div className="p-4">
            <SkeletonLines lines={12} />
          </div>
        }
        side={
          <Card>
            <SkeletonLines lines={5} />
          </Card>
        }
      />
    </>
  );
}

function Columns({ main, side }: { main: ReactNode; side: ReactNode }) {
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <Card isFlush>{main}</Card>
      <div className="flex flex-col gap-4">{side}</div>
    </div>
  );
}

function ClosedBanner({ mergedInto }: { mergedInto: number | null }) {
  const { t } = useTranslation();
  if (mergedInto === null) return <Banner title={t('customers.deletedTitle')}>{t('customers.deletedText')}</Banner>;
  return (
    <Banner title={t('customers.mergedTitle')}>
      {t('customers.mergedText')} <Link to={`/customers/${mergedInto}`}>{t('customers.mergedShow')}</Link>
    </Banner>
  );
}
