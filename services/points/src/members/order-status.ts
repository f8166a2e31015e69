import type { MemberOrderPage } from '@loyalnest/contracts/rest/customers';

type OrderStatus = MemberOrderPage['items'][number]['status'];

/** What matters most of an order's state to its points, in one word. `financialStatus` is Shopify's. */
export function orderStatus(order: {
  isTest: boolean;
  isCancelled: boolean;
  financialStatus: string | null;
}): OrderStatus {
  if (order.isTest) return 'test';
  if (order.isCancelled || order.financialStatus === 'voided' || order.financialStatus === 'expired')
    return 'cancelled';
  switch (order.financialStatus) {
    case 'paid':
    case 'refunded':
    case 'partially_refunded':
      return order.financialStatus;
    default:
      return 'open';
  }
}
