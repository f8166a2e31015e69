/** "#1042", as the shop calls it; an order whose name never came is called by its number at Shopify. */
export function orderNameOf({ orderName, orderId }: { orderName: string | null; orderId: number | null }): string {
  return orderName ?? (orderId === null ? '' : String(orderId));
}
