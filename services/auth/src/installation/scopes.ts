/**
 * Whether two lists grant the same. Shopify promises no order, and names `read_x` beside `write_x`, which includes it, in
 * some places and not in others.
 */
export function isSameScopes(a: readonly string[], b: readonly string[]): boolean {
  return normal(a) === normal(b);
}

function normal(scopes: readonly string[]): string {
  const all = new Set(scopes);
  return [...all]
    .filter((scope) => !(scope.startsWith('read_') && all.has(scope.replace('read_', 'write_'))))
    .sort()
    .join();
}
