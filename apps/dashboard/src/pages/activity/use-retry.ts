import { useTranslation } from 'react-i18next';
import { useRetryWebhooks, type WebhookSource } from '../../api/webhooks.ts';
import { useFormats } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { showToast } from '../../shopify/toast.ts';

/** Processes webhooks again and says what came of it; `true` when all of them went through. */
export function useRetry() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const problemText = useProblemText();
  const retrying = useRetryWebhooks();
  const retry = async (which: { source: WebhookSource; failureId?: string }): Promise<boolean> => {
    try {
      const { processed, failedAgain } = await retrying.mutateAsync(which);
      const isDone = failedAgain === 0;
      const message = isDone
        ? t('activity.webhooks.processed', { count: processed, number: number(processed) })
        : t('activity.webhooks.failedAgain', { processed: number(processed), failed: number(failedAgain) });
      showToast(message, { isError: !isDone });
      return isDone;
    } catch (error) {
      showToast(problemText(error), { isError: true });
      return false;
    }
  };
  return { retry, isRetrying: retrying.isPending };
}
