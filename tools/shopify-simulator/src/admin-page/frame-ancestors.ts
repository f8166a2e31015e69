/** Who may frame the app: the shop and the admin, under the addresses they have here and at Shopify. */
export type Ancestors = { admin: string; shop: string[]; alsoAllowed: string[] };

export type AncestorsResult = { outcome: 'allowed' } | { outcome: 'refused'; reason: string };

/**
 * Shopify's requirement for embedded apps: `frame-ancestors` names the shop that opens the app and the admin, and nobody
 * else. Several policies all hold, so each that has the directive is looked at.
 */
export function checkFrameAncestors(headers: readonly string[], ancestors: Ancestors): AncestorsResult {
  const lists = headers
    .flatMap((header) => header.split(','))
    .map(sourcesOf)
    .filter((sources) => sources !== undefined);
  if (lists.length === 0) return refused('its Content-Security-Policy has no frame-ancestors');
  for (const sources of lists) {
    const reason = refusalOf(sources, ancestors);
    if (reason) return refused(`its frame-ancestors (${sources.join(' ') || 'empty'}) ${reason}`);
  }
  return { outcome: 'allowed' };
}

function refusalOf(sources: readonly string[], { admin, shop, alsoAllowed }: Ancestors): string | undefined {
  if (!sources.includes(admin)) return `does not name the admin, ${admin}`;
  if (!shop.some((origin) => sources.includes(origin))) return `does not name this shop, ${shop.join(' or ')}`;
  const stranger = sources.find((source) => ![admin, ...shop, ...alsoAllowed].includes(source));
  return stranger && `lets ${stranger} frame the app, too`;
}

/** The sources of a policy's `frame-ancestors`; only the first directive of a name counts. */
function sourcesOf(policy: string): string[] | undefined {
  for (const directive of policy.split(';')) {
    const [name = '', ...sources] = directive.trim().toLowerCase().split(/\s+/);
    if (name === 'frame-ancestors') return sources.map((source) => source.replace(/\/$/, ''));
  }
  return undefined;
}

function refused(reason: string): AncestorsResult {
  return { outcome: 'refused', reason };
}
