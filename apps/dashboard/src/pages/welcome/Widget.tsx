import { Badge } from '@loyalnest/ui/badge';
import { Button } from '@loyalnest/ui/button';
import { Link } from '@loyalnest/ui/link';
import { LoadingNote, SkeletonText } from '@loyalnest/ui/skeleton';
import { useTranslation } from 'react-i18next';
import { useThemeBlock } from '../../api/theme-block.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { adminLink, widgetState } from './widget-state.ts';

/** Whether shoppers see the widget: what the theme says, and when the storefront last loaded it. */
export function Widget({ seenAt }: { seenAt: string | null }) {
  const { t } = useTranslation();
  const { relative } = useFormats();
  const problemText = useProblemText();
  const { data, error, refetch, isFetching } = useThemeBlock();
  if (!data && !error) {
    return (
      <>
        <LoadingNote />
        <SkeletonText width="w-24" />
      </>
    );
  }

  const { block, tone, editorPath } = widgetState(data, seenAt);
  const names = { on: t('welcome.widgetOn'), off: t('welcome.widgetOff'), unknown: t('welcome.widgetUnknown') };
  return (
    <>
      <Badge tone={tone}>{names[block]}</Badge>
      {editorPath !== undefined && (
        <Link to={adminLink(editorPath)} isNewTab>
          {t('welcome.widgetTurnOn')}
        </Link>
      )}
      <span className="text-ink-secondary">
        {seenAt === null ? t('welcome.widgetNever') : t('welcome.widgetSeen', { ago: relative(seenAt) })}
      </span>
      {data?.state === 'unknown' && <span className="text-ink-secondary">{t('welcome.widgetUnknownWhy')}</span>}
      {!data && (
        <>
          <span className="text-ink-secondary">{problemText(error)}</span>
          {seenAt === null && <span className="text-ink-secondary">{t('welcome.widgetHow')}</span>}
          <Button variant="plain" isLoading={isFetching} onPress={() => void refetch()}>
            {t('common.tryAgain')}
          </Button>
        </>
      )}
    </>
  );
}
