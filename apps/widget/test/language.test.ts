import { expect, it } from 'vitest';
import { pickLanguage } from '../src/i18n/language.ts';

const known = ['en', 'es', 'pt', 'ar', 'he', 'zh-CN'];

it.each<[string[], { language: string; locale: string }, ('ltr' | 'rtl')?]>([
  [['es'], { language: 'es', locale: 'es' }],
  [['pt-BR'], { language: 'pt', locale: 'pt-BR' }],
  [['en_GB'], { language: 'en', locale: 'en-GB' }],
  [['', 'ar'], { language: 'ar', locale: 'ar' }, 'rtl'],
  [['sv', 'es'], { language: 'es', locale: 'es' }],
  [['iw'], { language: 'he', locale: 'iw' }, 'rtl'],
  [['zh-Hans-CN'], { language: 'zh-CN', locale: 'zh-Hans-CN' }],
  [['sv'], { language: 'en', locale: 'en' }],
  [['en-{{ locale }}'], { language: 'en', locale: 'en' }],
  [[], { language: 'en', locale: 'en' }],
])('speaks to a page in %o as it can', (wanted, expected, direction = 'ltr') => {
  expect(pickLanguage(wanted, known)).toEqual({ ...expected, direction });
});
