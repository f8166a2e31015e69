/** Keys that the code puts together, with every value that the star stands for. */
export const dynamicKeys: Readonly<Record<string, readonly string[]>> = {
  'problems.*': [
    'already-undone',
    'body-too-large',
    'customer-not-found',
    'database-unavailable',
    'forbidden',
    'idempotency-key-reused',
    'insufficient-points',
    'internal',
    'invalid-cursor',
    'invalid-request',
    'minimum-not-met',
    'network',
    'no-session',
    'not-found',
    'not-undoable',
    'overloaded',
    'redemption-not-cancellable',
    'redemption-not-found',
    'request-in-progress',
    'reward-closed',
    'reward-limit-reached',
    'reward-not-found',
    'settings-conflict',
    'shopify-refused',
    'shopify-unavailable',
    'too-many-requests',
    'transfer-not-found',
    'unauthenticated',
    'unknown-shop',
    'webhook-failure-not-found',
  ],
};

/** Texts that are the same as in English, by `language:key` or by key for all languages, each with the reason. */
export const sameAsEnglish: Readonly<Record<string, string>> = {
  'fr:common.pointsName': 'the French word',
  'fr:common.points_one': 'the French word',
  'fr:common.points_other': 'the French word',
  'fr:customers.date': 'the French word',
  'fr:customers.points': 'the French word',
};
