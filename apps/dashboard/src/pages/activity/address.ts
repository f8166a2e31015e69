import type { TransferKind } from '@loyalnest/contracts/rest/points';
import type { RedemptionStatus } from '../../api/activity.ts';
import { webhookSources, type WebhookSource } from '../../api/webhooks.ts';

export const tabs = ['transfers', 'redemptions', 'webhooks'] as const;
export type Tab = (typeof tabs)[number];

/** In the order in which points live: earned, spent, gone. */
export const transferKinds = [
  'earn',
  'approve',
  'void',
  'clawback',
  'hold',
  'capture',
  'release',
  'restore',
  'expire',
  'adjust',
  'migrate',
] as const satisfies readonly TransferKind[];
export const redemptionStatuses = [
  'held',
  'active',
  'captured',
  'releasing',
  'released',
  'failed',
] as const satisfies readonly RedemptionStatus[];

/** What is not one of ours in an address that somebody typed counts as not given. */
export const tabOf = (text: string | null): Tab => oneOf(tabs, text) ?? 'transfers';
export const kindOf = (text: string | null): TransferKind | undefined => oneOf(transferKinds, text);
export const statusOf = (text: string | null): RedemptionStatus | undefined => oneOf(redemptionStatuses, text);
export const sourceOf = (text: string | null): WebhookSource | undefined => oneOf(webhookSources, text);

type Place =
  | { tab: 'transfers'; kind?: TransferKind | undefined }
  | { tab: 'redemptions'; status?: RedemptionStatus | undefined }
  | { tab: 'webhooks'; source?: WebhookSource; failure?: string };

export function activityPath({ tab, ...filters }: Place): string {
  const parameters = new URLSearchParams(tab === 'transfers' ? {} : { tab });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) parameters.set(name, value);
  return parameters.size === 0 ? '/activity' : `/activity?${parameters.toString()}`;
}

function oneOf<Word extends string>(words: readonly Word[], text: string | null): Word | undefined {
  return words.find((word) => word === text);
}
