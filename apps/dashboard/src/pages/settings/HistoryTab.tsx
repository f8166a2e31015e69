import { Badge } from '@loyalnest/ui/badge';
import { Button } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { ErrorState } from '@loyalnest/ui/error-state';
import { LoadingNote, SkeletonLines } from '@loyalnest/ui/skeleton';
import type { SettingsResponse } from '@loyalnest/contracts/rest/points';
import { useTranslation } from 'react-i18next';
import { useSettingsVersions } from '../../api/programme.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { describeSetting, nameOfSetting } from './describe-setting.ts';
import { diffSettings } from './diff.ts';
import { useStaffName } from './use-staff-name.ts';

/** Every version of the programme, the newest first: who saved it, when, and what it changed. */
export function HistoryTab({ timeZone }: { timeZone: string }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { data, error, isError, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useSettingsVersions();
  if (isError && !data) {
    return (
      <Card>
        <ErrorState
          title={t('settings.history.loadFailed')}
          message={problemText(error)}
          onRetry={() => void refetch()}
          isRetrying={isFetching}
        />
      </Card>
    );
  }
  if (!data) {
    return (
      <Card>
        <LoadingNote />
        <SkeletonLines lines={8} />
      </Card>
    );
  }
  const versions = data.pages.flatMap((page) => page.items);
  return (
    <Card title={t('settings.history.title')}>
      <ol className="flex flex-col">
        {versions.map((version, index) => (
          <Version
            key={version.version}
            version={version}
            before={versions[index + 1]}
            isNewest={index === 0}
            timeZone={timeZone}
          />
        ))}
      </ol>
      {hasNextPage && (
        <Button onPress={() => void fetchNextPage()} isLoading={isFetchingNextPage}>
          {t('common.loadMore')}
        </Button>
      )}
    </Card>
  );
}

type VersionProps = {
  version: SettingsResponse;
  /** `undefined` for the first version, and while the one before is still to be loaded. */
  before: SettingsResponse | undefined;
  isNewest: boolean;
  timeZone: string;
};

function Version({ version, before, isNewest, timeZone }: VersionProps) {
  const { t } = useTranslation();
  const formats = useFormats(timeZone);
  const staffName = useStaffName();
  const words = { t, formats };
  const changes = before ? diffSettings(before.settings, version.settings) : [];
  return (
    <li className="border-t border-line-secondary py-3 first:border-t-0 first:pt-0">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">{t('settings.history.version', { version: formats.number(version.version) })}</h3>
        {isNewest && <Badge tone="success">{t('settings.history.current')}</Badge>}
      </div>
      <p className="text-ink-secondary">
        {t('settings.history.saved', { who: staffName(version.changedBy), when: formats.dateTime(version.changedAt) })}
      </p>
      {before && changes.length > 0 && (
        <ul className="mt-1 list-disc ps-5">
          {changes.map((field) => (
            <li key={field}>
              {t('settings.history.change', {
                setting: nameOfSetting(field, words),
                before: describeSetting(before.settings, field, words),
                after: describeSetting(version.settings, field, words),
              })}
            </li>
          ))}
        </ul>
      )}
      {before && changes.length === 0 && <p className="mt-1">{t('settings.history.noChange')}</p>}
      {version.version === 1 && <p className="mt-1">{t('settings.history.first')}</p>}
    </li>
  );
}
