import { Badge } from '@loyalnest/ui/badge';
import { Banner } from '@loyalnest/ui/banner';
import { Card } from '@loyalnest/ui/card';
import { DataTable } from '@loyalnest/ui/data-table';
import type { LedgerProof } from '@loyalnest/contracts/rest/ledger-health';
import { useTranslation } from 'react-i18next';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';

type Check = LedgerProof['checks'][number];

const checkNames = [
  'balances',
  'trial-balance',
  'lots',
  'redemptions',
  'orders',
  'business-keys',
  'partitions',
  'events',
] as const;

/** What the last proof looked at, and what it found. */
export function ProofCard({ proof }: { proof: LedgerProof | null }) {
  const { t } = useTranslation();
  const { data: merchant } = useMerchant();
  const { number, relative, dateTime } = useFormats(merchant?.timezone);
  if (!proof) return <Banner title={t('ledgerHealth.proof.neverTitle')}>{t('ledgerHealth.proof.neverText')}</Banner>;
  const checked = proof.checks.reduce((sum, check) => sum + check.checked, 0);
  const differences = proof.checks.reduce((sum, check) => sum + check.differences, 0);
  return (
    <>
      <Banner
        tone={proof.ok ? 'success' : 'critical'}
        title={
          proof.ok
            ? t('ledgerHealth.proof.ok')
            : t('ledgerHealth.proof.notOk', { count: differences, number: number(differences) })
        }
      >
        <p>
          {proof.ok
            ? t('ledgerHealth.proof.okText', { count: checked, number: number(checked), when: relative(proof.at) })
            : t('ledgerHealth.proof.notOkText', { when: relative(proof.at) })}
        </p>
      </Banner>
      <Card
        title={t('ledgerHealth.proof.title')}
        actions={<span className="text-ink-secondary">{dateTime(proof.at)}</span>}
        isFlush
      >
        <DataTable<Check>
          caption={t('ledgerHealth.proof.title')}
          rows={proof.checks}
          keyOf={({ name }) => name}
          columns={[
            { id: 'name', header: t('ledgerHealth.proof.check'), cell: (check) => <CheckName name={check.name} /> },
            {
              id: 'checked',
              header: t('ledgerHealth.proof.checked'),
              isNumeric: true,
              cell: (check) => number(check.checked),
            },
            {
              id: 'differences',
              header: t('ledgerHealth.proof.result'),
              cell: ({ differences }) => (
                <Badge tone={differences === 0 ? 'success' : 'critical'}>
                  {differences === 0
                    ? t('ledgerHealth.proof.holds')
                    : t('ledgerHealth.proof.differences', { count: differences, number: number(differences) })}
                </Badge>
              ),
            },
          ]}
          empty={null}
        />
      </Card>
      {proof.differences.length > 0 && (
        <Card title={t('ledgerHealth.proof.found')}>
          <ul className="flex flex-col gap-3">
            {proof.differences.map(({ check, message }) => (
              <li key={`${check} ${message}`} className="flex flex-col items-start gap-0.5">
                <CheckName name={check} />
                {/* Ids and figures, as whoever looks into it needs them. */}
                <bdi className="max-w-full font-mono text-sm break-words text-ink-secondary">{message}</bdi>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** What a check asks, in a sentence; a check that is new to this page by its name. */
function CheckName({ name }: { name: string }) {
  const { t } = useTranslation();
  const known = checkNames.find((one) => one === name);
  return <>{known ? t(`ledgerHealth.check.${known}`) : name}</>;
}
