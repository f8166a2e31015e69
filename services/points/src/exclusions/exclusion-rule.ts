import type { PurchaseRule } from '@loyalnest/contracts/programme';

/** What a purchase rule excludes beside single products; tags in small letters, both in order and each once. */
export type ExclusionRule = { tags: string[]; collectionIds: number[] };

export function exclusionRule(
  purchase: Pick<PurchaseRule, 'excludedTags' | 'excludedCollectionIds'>,
): ExclusionRule | undefined {
  const tags = [...new Set((purchase.excludedTags ?? []).map((tag) => tag.toLowerCase()))].sort();
  const collectionIds = [...new Set(purchase.excludedCollectionIds)].sort((a, b) => a - b);
  return tags.length === 0 && collectionIds.length === 0 ? undefined : { tags, collectionIds };
}

export function isSameRule(a: ExclusionRule | undefined, b: ExclusionRule | undefined): boolean {
  return ruleText(a) === ruleText(b);
}

/** One text for one rule. */
export function ruleText(rule: ExclusionRule | undefined): string {
  return JSON.stringify(rule ? [rule.tags, rule.collectionIds] : []);
}

/** Searches of Shopify's products that together find what the rule excludes. */
export function productSearches({ tags, collectionIds }: ExclusionRule): string[] {
  return [...tags.map((tag) => `tag:"${tag}"`), ...collectionIds.map((id) => `collection_id:${id}`)];
}
