import type { Overview } from '@loyalnest/contracts/rest/overview';
import { ButtonLink } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { Icon } from '@loyalnest/ui/icon';
import { SkeletonText } from '@loyalnest/ui/skeleton';
import { CheckCircleIcon } from '@shopify/polaris-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useThemeBlock } from '../../api/theme-block.ts';
import { useFormats } from '../../i18n/format.ts';
import { adminLink } from './widget-state.ts';

/** How a new shop begins. Each step is ticked off by what has happened, not by a press. */
export function FirstSteps({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const steps = [
    {
      isDone: overview.isProgrammeOn,
      title: t('welcome.stepProgramme'),
      text: t('welcome.stepProgrammeText'),
      action: <ButtonLink to="/programme">{t('welcome.stepProgrammeAction')}</ButtonLink>,
    },
    {
      isDone: overview.pointValue !== null,
      title: t('welcome.stepReward'),
      text: t('welcome.stepRewardText'),
      action: <ButtonLink to="/programme?tab=rewards">{t('welcome.stepRewardAction')}</ButtonLink>,
    },
    {
      isDone: overview.widgetSeenAt !== null,
      title: t('welcome.stepWidget'),
      text: t('welcome.stepWidgetText'),
      action: <ThemeEditorLink />,
    },
    { isDone: overview.ordersIngested > 0, title: t('welcome.stepOrder'), text: t('welcome.stepOrderText') },
  ];
  const done = steps.filter((step) => step.isDone).length;

  return (
    <Card title={t('welcome.stepsTitle')}>
      <p className="mb-3 text-ink-secondary">
        {t('welcome.stepsDone', { done: number(done), total: number(steps.length) })}
      </p>
      <ol className="flex flex-col gap-1">
        {steps.map((step) => (
          <Step key={step.title} {...step} />
        ))}
      </ol>
    </Card>
  );
}

/** Waits in its own place: nothing below it moves when the address comes. */
function ThemeEditorLink() {
  const { t } = useTranslation();
  const { data, error } = useThemeBlock();
  if (error && !data) return null;
  if (!data) return <SkeletonText width="w-40" size="xl" />;
  return (
    <ButtonLink to={adminLink(data.editorPath)} isNewTab>
      {t('welcome.widgetTurnOn')}
    </ButtonLink>
  );
}

type StepProps = { isDone: boolean; title: string; text: string; action?: ReactNode };

function Step({ isDone, title, text, action }: StepProps) {
  const { t } = useTranslation();
  return (
    <li className={`flex items-start gap-2 rounded-md p-2 ${isDone ? '' : 'bg-surface-secondary'}`}>
      {isDone ? (
        <Icon source={CheckCircleIcon} tone="success" />
      ) : (
        <span aria-hidden className="m-0.5 size-4 shrink-0 rounded-full border-2 border-dashed border-icon-secondary" />
      )}
      <div className="flex min-w-0 flex-col items-start gap-2">
        <div>
          <p className="font-semibold">
            {title}
            {isDone && <span className="sr-only"> ({t('welcome.stepIsDone')})</span>}
          </p>
          {!isDone && <p className="text-ink-secondary">{text}</p>}
        </div>
        {!isDone && action}
      </div>
    </li>
  );
}
