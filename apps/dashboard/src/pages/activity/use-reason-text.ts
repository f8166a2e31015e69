import { useTranslation } from 'react-i18next';

const reasons = [
  'invalid-json',
  'invalid-payload',
  'invalid-amount',
  'unknown-currency',
  'not-postable',
  'not-processed',
] as const;

/** Why a webhook could not be processed, in the reader's words; a reason that is new to this page as it came. */
export function useReasonText(): (reason: string) => string {
  const { t } = useTranslation();
  return (reason) => {
    const known = reasons.find((one) => one === reason);
    return known ? t(`activity.reason.${known}`) : reason;
  };
}
