import type { MemberDetail } from '@loyalnest/contracts/rest/customers';
import { Banner } from '@loyalnest/ui/banner';
import { Button } from '@loyalnest/ui/button';
import { Modal } from '@loyalnest/ui/modal';
import { NumberField } from '@loyalnest/ui/number-field';
import { RadioGroup } from '@loyalnest/ui/radio-group';
import { TextField } from '@loyalnest/ui/text-field';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAdjust } from '../../api/customers.ts';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { showToast } from '../../shopify/toast.ts';
import {
  checkAdjustment,
  emptyAdjustment,
  pointsMax,
  reasonLengthMax,
  signedPoints,
  type AdjustmentForm,
} from './adjustment.ts';
import { useUndo } from './use-undo.ts';

type AdjustDialogProps = { name: string; member: MemberDetail; isOpen: boolean; onClose: () => void };

/** Gives or takes points by hand: with a reason, and with its effect in numbers before it happens. */
export function AdjustDialog({ name, member, isOpen, onClose }: AdjustDialogProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { points, signedPoints: signedText } = usePoints();
  const [form, setForm] = useState(emptyAdjustment);
  const [isChecked, setChecked] = useState(false);
  const { mutateAsync, isPending, error, reset } = useAdjust();
  const { undo } = useUndo();
  const check = checkAdjustment(form, member.available);

  // One press can change two fields: it leaves the number, which is taken then, and chooses the direction.
  const change = (fields: Partial<AdjustmentForm>) => setForm((before) => ({ ...before, ...fields }));
  const close = () => {
    setForm(emptyAdjustment);
    setChecked(false);
    reset();
    onClose();
  };
  const submit = () => {
    setChecked(true);
    if (check.pointsProblem || check.reasonProblem) return;
    const body = { customerId: member.customerId, points: signedPoints(form), reason: form.reason.trim() };
    mutateAsync(body).then(
      (adjustment) => {
        close();
        showToast(t('customers.adjusted', { points: signedText(adjustment.points) }), {
          action: { label: t('customers.undo'), run: () => void undo(adjustment.transferId) },
        });
      },
      // The dialog shows what went wrong, and keeps what was typed.
      () => undefined,
    );
  };

  return (
    <Modal
      title={t('customers.adjustTitle', { name })}
      isOpen={isOpen}
      onClose={close}
      actions={
        <>
          <Button onPress={close}>{t('common.cancel')}</Button>
          <Button variant="primary" onPress={submit} isLoading={isPending}>
            {form.direction === 'give' ? t('customers.give') : t('customers.take')}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {error && <Banner tone="critical" title={problemText(error)} />}
        <RadioGroup
          label={t('customers.direction')}
          value={form.direction}
          onChange={(direction) => change({ direction })}
          options={[
            { value: 'give', label: t('customers.directionGive') },
            { value: 'take', label: t('customers.directionTake') },
          ]}
        />
        <NumberField
          label={t('customers.amount')}
          value={form.points}
          onChange={(next) => change({ points: next })}
          valueMin={1}
          valueMax={pointsMax}
          step={1}
          autoFocus
          isRequired
          error={pointsError()}
        />
        <TextField
          label={t('customers.reason')}
          value={form.reason}
          onChange={(reason) => change({ reason })}
          lengthMax={reasonLengthMax}
          description={t('customers.reasonHelp')}
          isRequired
          error={isChecked && check.reasonProblem ? t('customers.reasonMissing') : undefined}
        />
        <Effect before={member.available} after={check.pointsProblem ? null : check.after} />
        {/* Enter in a field sends a form only if it has a button of its own. */}
        <button type="submit" className="hidden" tabIndex={-1} aria-hidden />
      </form>
    </Modal>
  );

  function pointsError(): string | undefined {
    if (check.pointsProblem === 'too-many')
      return t('customers.amountTooMany', { available: points(member.available) });
    return isChecked && check.pointsProblem === 'missing' ? t('customers.amountMissing') : undefined;
  }
}

function Effect({ before, after }: { before: number; after: number | null }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <dl aria-label={t('customers.effect')} className="flex gap-8 rounded-md bg-surface-secondary p-3">
      <div>
        <dt className="text-sm text-ink-secondary">{t('customers.availableNow')}</dt>
        <dd className="text-lg font-semibold tabular-nums">{number(before)}</dd>
      </div>
      <div aria-live="polite">
        <dt className="text-sm text-ink-secondary">{t('customers.availableAfter')}</dt>
        <dd className="text-lg font-semibold tabular-nums">{after === null ? '–' : number(after)}</dd>
      </div>
    </dl>
  );
}
