import { ownerId } from '../oauth/session-token.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';

export type Staff = { id: number; name: string; email: string; isOwner: boolean };

const NAMES = ['Olivia Owner', 'Sam Okoye', 'Mei Tanaka', 'Lucía Fernández'];
/** Shopify numbers its users apart from shops; these only have to differ from each other. */
const STAFF_IDS_PER_SHOP = 10;

/** Everybody who can sign in to the shop's admin; the owner comes first. */
export function staffOf(state: ShopState): [Staff, ...Staff[]] {
  const shop = getShop(state);
  const [owner = '', ...others] = NAMES;
  return [
    { id: ownerId(state), name: owner, email: shop.email, isOwner: true },
    ...others.map((name, index) => ({
      id: shop.id * STAFF_IDS_PER_SHOP + index + 1,
      name,
      email: `${(name.split(' ')[0] ?? '')
        .normalize('NFD')
        .replace(/[^a-zA-Z]/g, '')
        .toLowerCase()}@${shop.domain.split('.')[0]}.example`,
      isOwner: false,
    })),
  ];
}

/** By the place in the list, from 1, or by the id. */
export function findStaff(state: ShopState, text: string): Staff | undefined {
  const staff = staffOf(state);
  return staff[Number(text) - 1] ?? staff.find(({ id }) => String(id) === text);
}

/** What the admin can be used in; the admin's own words stay English. */
export const LOCALES = [
  ['en', 'English'],
  ['es', 'Español'],
  ['fr', 'Français'],
  ['de', 'Deutsch'],
  ['pt-BR', 'Português (Brasil)'],
  ['ja', '日本語'],
  ['ar', 'العربية'],
  ['it', 'Italiano'],
  ['nl', 'Nederlands'],
  ['pl', 'Polski'],
  ['ru', 'Русский'],
  ['tr', 'Türkçe'],
  ['fa', 'فارسی'],
  ['he', 'עברית'],
  ['zh-CN', '简体中文'],
  ['ko', '한국어'],
  ['vi', 'Tiếng Việt'],
  ['id', 'Bahasa Indonesia'],
  ['cs', 'Čeština'],
  ['uk', 'Українська'],
  ['hu', 'Magyar'],
  ['sv', 'Svenska'],
] as const;

/** `pt` stands for the Portuguese there is. */
export function findLocale(text: string): string | undefined {
  const exact = LOCALES.find(([tag]) => tag.toLowerCase() === text.toLowerCase());
  return (exact ?? LOCALES.find(([tag]) => tag.split('-')[0] === text.toLowerCase()))?.[0];
}

export function directionOf(locale: string): 'ltr' | 'rtl' {
  return ['ar', 'fa', 'he'].includes(locale.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}
