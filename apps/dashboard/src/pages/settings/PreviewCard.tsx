import { Card } from '@loyalnest/ui/card';
import { LoadingNote, SkeletonText } from '@loyalnest/ui/skeleton';
import { Button } from '@loyalnest/ui/button';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { SettingsPreview } from '@loyalnest/contracts/rest/programme-preview';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../../api/problem.ts';
import { useSettingsPreview } from '../../api/programme.ts';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';

/** Longer than between two keys that somebody types, shorter than anybody waits. */
const pauseMs = 400;

type PreviewCardProps = { settings: ProgrammeSettings | undefined; isDirty: boolean; currency: string };

/** What the programme would have cost on the shop's own orders, as it is and as it would be. */
export function PreviewCard({ settings, isDirty, currency }: PreviewCardProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { settled, isSettled } = usePaused(settings);
  const { data, error, isError, isFetching, refetch } = useSettingsPreview(settled);
  const isBehind = isFetching || !isSettled;
  // While the figures for a first change are on their way, those that are shown are of no change at all.
  const [isShownDirty, setShownDirty] = useState(isDirty);
  if (!isBehind && isShownDirty !== isDirty) setShownDirty(isDirty);
  // Switched off for the shop: rules are changed as well without it.
  if (isError && toProblem(error).code === 'feature-off') return null;
  return (
    <Card title={t('settings.preview.title')}>
      {/* The sentence is read out when it changes; the table beside it is there to be looked up. */}
      <div aria-live="polite" aria-busy={isBehind} className={isBehind && settings && data ? 'opacity-60' : ''}>
        {!settings && <p className="text-ink-secondary">{t('settings.preview.invalid')}</p>}
        {settings && data && <Outcome preview={data} isDirty={isShownDirty} currency={currency} />}
        {settings && !data && !isError && (
          <>
            <LoadingNote />
            <AwaitedOutcome />
          </>
        )}
        {settings && isError && (
          <div className="flex flex-col items-start gap-2">
            <p className="text-ink-critical">{problemText(error)}</p>
            <Button onPress={() => void refetch()}>{t('common.tryAgain')}</Button>
          </div>
        )}
      </div>
    </Card>
  );
}

/** As high as what comes, so that the form below it on a phone stays where it is. */
function AwaitedOutcome() {
  return (
    <div className="flex flex-col gap-3" aria-hidden>
      <div>
        <SkeletonText />
        <div className="sm:max-lg:hidden">
          <SkeletonText width="w-3/5" />
        </div>
      </div>
      <div>
        <div className="py-1">
          <SkeletonText size="sm" width="ms-auto w-16" />
        </div>
        {[0, 1, 2].map((row) => (
          <div key={row} className="border-t border-line-secondary py-1.5">
            <SkeletonText />
          </div>
        ))}
      </div>
      <SkeletonText size="sm" width="w-4/5" />
    </div>
  );
}

type OutcomeProps = { preview: SettingsPreview; isDirty: boolean; currency: string };

function Outcome({ preview, isDirty, currency }: OutcomeProps) {
  const { t } = useTranslation();
  const { number, money } = useFormats();
  const { days, orders, revenueMinor, isSampled } = preview;
  if (orders === 0)
    return <p className="text-ink-secondary">{t('settings.preview.noOrders', { days: number(days) })}</p>;
  return (
    <div className="flex flex-col gap-3">
      <p className="font-semibold">
        <Difference preview={preview} isDirty={isDirty} currency={currency} />
      </p>
      <Comparison preview={preview} isDirty={isDirty} currency={currency} />
      <p className="text-sm text-ink-secondary">
        {t('settings.preview.basis', {
          orders: number(orders),
          days: number(days),
          revenue: money(revenueMinor, currency),
        })}
        {isSampled && ` ${t('settings.preview.sampled')}`}
      </p>
    </div>
  );
}

/** The difference in words, for those who do not want to subtract. */
function Difference({ preview, isDirty, currency }: OutcomeProps) {
  const { t } = useTranslation();
  const { money, percent } = useFormats();
  const { points } = usePoints();
  const { current, proposed, revenueMinor } = preview;
  if (!isDirty) {
    if (current.valueMinor === null || revenueMinor === 0) {
      return t('settings.preview.nowPoints', { points: points(current.points) });
    }
    return t('settings.preview.now', {
      points: points(current.points),
      money: money(current.valueMinor, currency),
      share: percent(current.valueMinor / revenueMinor),
    });
  }
  const difference = proposed.points - current.points;
  if (difference === 0) return t('settings.preview.same');
  const more = points(Math.abs(difference));
  if (proposed.valueMinor === null || current.valueMinor === null) {
    return difference > 0
      ? t('settings.preview.morePoints', { points: more })
      : t('settings.preview.fewerPoints', { points: more });
  }
  const worth = money(Math.abs(proposed.valueMinor - current.valueMinor), currency);
  return difference > 0
    ? t('settings.preview.more', { points: more, money: worth })
    : t('settings.preview.fewer', { points: more, money: worth });
}

function Comparison({ preview, isDirty, currency }: OutcomeProps) {
  const { t } = useTranslation();
  const { number, money } = useFormats();
  const { name } = usePoints();
  const { current, proposed } = preview;
  const worth = (minor: number | null) => (minor === null ? t('settings.preview.noValue') : money(minor, currency));
  const rows = [
    { label: name, now: number(current.points), changed: number(proposed.points) },
    { label: t('settings.preview.worth'), now: worth(current.valueMinor), changed: worth(proposed.valueMinor) },
    { label: t('settings.preview.customers'), now: number(current.customers), changed: number(proposed.customers) },
  ];
  return (
    <table className="w-full text-start">
      <thead className="text-sm text-ink-secondary">
        <tr>
          <td />
          <th scope="col" className="py-1 text-end font-medium">
            {t('settings.preview.current')}
          </th>
          {isDirty && (
            <th scope="col" className="py-1 text-end font-medium">
              {t('settings.preview.proposed')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, now, changed }) => (
          <tr key={label} className="border-t border-line-secondary">
            <th scope="row" className="py-1.5 text-start font-regular">
              {label}
            </th>
            <td className="py-1.5 text-end tabular-nums">{now}</td>
            {isDirty && <td className="py-1.5 text-end font-semibold tabular-nums">{changed}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The settings as they were when nothing had changed for a moment. */
function usePaused(settings: ProgrammeSettings | undefined): {
  settled: ProgrammeSettings | undefined;
  isSettled: boolean;
} {
  // The settings are made anew with every rendering; their text says whether they are others.
  const key = JSON.stringify(settings);
  const [paused, setPaused] = useState({ key, settings });
  useEffect(() => {
    const timer = setTimeout(() => setPaused({ key, settings }), pauseMs);
    return () => clearTimeout(timer);
  }, [key]);
  return { settled: paused.settings, isSettled: paused.key === key };
}
