/** How a customer left. What is further right replaces what is further left, whatever came first. */
const statuses = ['active', 'deleted', 'merged', 'redacted'] as const;

export type CustomerStatus = (typeof statuses)[number];

export type CustomerKey = { merchantId: number; customerId: number };

/** For maps. */
export function customerKey({ merchantId, customerId }: CustomerKey): string {
  return `${merchantId}/${customerId}`;
}

/** When Shopify changed a customer. Its times have one-second steps; when it triggered the webhook is finer. */
export type NewsTime = { updatedAt: Date; triggeredAt: Date | null };

export type CustomerState = {
  status: CustomerStatus;
  hasAccount: boolean;
  isAnnounced: boolean;
  newest: NewsTime | null;
};

/** What a webhook says of one customer. */
export type ProfileNews = {
  kind: 'profile';
  isCreation: boolean;
  hasAccount: boolean;
  createdAt: Date;
  time: NewsTime;
};
export type GoneNews = { kind: 'gone'; status: Exclude<CustomerStatus, 'active'> };
export type CustomerNews = ProfileNews | GoneNews;

export type Decision =
  | { outcome: 'nothing-new' }
  | { outcome: 'profile'; state: CustomerState; takesProfile: boolean; isOpened: boolean }
  | { outcome: 'gone'; state: CustomerState };

/**
 * Joins what is known of a customer with news, in whatever order they arrive and however often: the newest profile wins,
 * and a customer who is gone stays gone.
 */
export function decide(known: CustomerState | undefined, news: CustomerNews, shop: { installedAt: Date }): Decision {
  if (news.kind === 'gone') return decideGone(known, news);
  if (known && known.status !== 'active') return { outcome: 'nothing-new' };
  const takesProfile = !known?.newest || isNewer(news.time, known.newest);
  const isOpened = isOpening(known, news, { takesProfile, installedAt: shop.installedAt });
  if (!takesProfile && !isOpened) return { outcome: 'nothing-new' };
  const isAnnounced = isOpened || (known?.isAnnounced ?? false);
  const state: CustomerState =
    takesProfile || !known
      ? { status: 'active', hasAccount: news.hasAccount, isAnnounced, newest: news.time }
      : { ...known, isAnnounced };
  return { outcome: 'profile', state, takesProfile, isOpened };
}

function decideGone(known: CustomerState | undefined, { status }: GoneNews): Decision {
  if (known && statuses.indexOf(known.status) >= statuses.indexOf(status)) return { outcome: 'nothing-new' };
  return {
    outcome: 'gone',
    state: { status, hasAccount: false, isAnnounced: known?.isAnnounced ?? false, newest: null },
  };
}

/**
 * Whether this news says that somebody opened an account, which counts once. An `update` can say so too: the `create` may
 * come later or never, and a guest may open an account later. A customer whom we meet by an `update` and who is older than
 * the shop's installation opened the account before there was a programme to join.
 */
function isOpening(
  known: CustomerState | undefined,
  news: ProfileNews,
  { takesProfile, installedAt }: { takesProfile: boolean; installedAt: Date },
): boolean {
  if (!news.hasAccount || known?.isAnnounced) return false;
  const wasGuest = known !== undefined && !known.hasAccount && takesProfile;
  return news.isCreation || wasGuest || news.createdAt >= installedAt;
}

/** Of two news with equal times neither is newer. */
function isNewer(a: NewsTime, b: NewsTime): boolean {
  if (a.updatedAt.getTime() !== b.updatedAt.getTime()) return a.updatedAt > b.updatedAt;
  return (a.triggeredAt?.getTime() ?? 0) > (b.triggeredAt?.getTime() ?? 0);
}
