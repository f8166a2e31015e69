import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';

/** What went wrong, and what a person can do about it, in their language. Codes without a text of their own are `internal`. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    const { code } = toProblem(error);
    const key = `problems.${code}`;
    return i18n.exists(key) ? t(key as ParseKeys) : t('problems.internal');
  };
}
