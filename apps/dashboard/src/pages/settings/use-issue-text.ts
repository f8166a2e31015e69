import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import {
  approvalDaysMax,
  excludedGroupsMax,
  excludedProductsMax,
  expiryMonthsMax,
  nameLengthMax,
  pointsMax,
  type Issue,
  type Issues,
} from './draft.ts';

/** What is wrong with a field, in words that say what would do. */
export function useIssueText(issues: Issues): (path: string) => string | undefined {
  const { t } = useTranslation();
  const { number, decimal } = useFormats();
  const texts: Record<Issue, () => string> = {
    required: () => t('settings.issues.required'),
    decimal: () => t('settings.issues.decimal', { example: decimal('0.25') }),
    pointsRange: () => t('settings.issues.range', { min: number(0), max: number(pointsMax) }),
    daysRange: () => t('settings.issues.range', { min: number(0), max: number(approvalDaysMax) }),
    monthsRange: () => t('settings.issues.range', { min: number(1), max: number(expiryMonthsMax) }),
    productIds: () => t('settings.issues.productIds'),
    collectionIds: () => t('settings.issues.collectionIds'),
    tags: () => t('settings.issues.tags'),
    tooManyProducts: () => t('settings.issues.tooMany', { max: number(excludedProductsMax) }),
    tooManyGroups: () => t('settings.issues.tooMany', { max: number(excludedGroupsMax) }),
    nameLength: () => t('settings.issues.length', { max: number(nameLengthMax) }),
    server: () => t('settings.issues.server'),
  };
  return (path) => {
    const issue = issues[path];
    return issue && texts[issue]();
  };
}
