import type { Order, Refund, RefundLine, Transaction } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { byId, connect } from '../connection.ts';
import { moneyBag, typed, type Resolvers } from '../resolver.ts';

/** Parts of an order know little by themselves; they are answered together with their order. */
export type OrderRefund = { order: Order; refund: Refund };
export type Payment = { order: Order; transaction: Transaction };
type RefundedLine = { order: Order; refunded: RefundLine };

export const refundTypes: Resolvers = {
  Refund: typed<OrderRefund>({
    id: ({ refund }) => gid('Refund', refund.id),
    legacyResourceId: ({ refund }) => String(refund.id),
    createdAt: ({ refund }) => utcTime(refund.at),
    processedAt: ({ refund }) => utcTime(refund.at),
    updatedAt: ({ refund }) => utcTime(refund.at),
    note: ({ refund }) => refund.note,
    order: ({ order }) => order,
    totalRefundedSet: ({ order, refund }) => moneyBag(refund.transaction?.amountMinor ?? 0, order.currency),
    refundLineItems: ({ order, refund }, args) =>
      connect(refund.lines, args, byId<RefundLine>(), (refunded): RefundedLine => ({ order, refunded })),
    refundShippingLines: ({ order, refund }, args) =>
      connect(refund.shippingMinor === 0 ? [] : [refund], args, byId<Refund>(), (one): OrderRefund => ({
        order,
        refund: one,
      })),
    orderAdjustments: ({ order, refund }, args) =>
      connect(refund.discrepancyMinor === 0 ? [] : [refund], args, byId<Refund>(), (one): OrderRefund => ({
        order,
        refund: one,
      })),
    transactions: ({ order, refund }, args) =>
      connect(refund.transaction ? [refund.transaction] : [], args, byId<Transaction>(), (transaction): Payment => ({
        order,
        transaction,
      })),
  }),
  RefundLineItem: typed<RefundedLine>({
    id: ({ refunded }) => gid('RefundLineItem', refunded.id),
    quantity: ({ refunded }) => refunded.quantity,
    restockType: ({ order }) => (order.fulfilledAt === null ? 'CANCEL' : 'NO_RESTOCK'),
    subtotalSet: ({ order, refunded }) => moneyBag(refunded.subtotalMinor, order.currency),
    totalTaxSet: ({ order, refunded }) => moneyBag(refunded.taxMinor, order.currency),
    lineItem: ({ order, refunded }) => ({ order, line: order.lines.find(({ id }) => id === refunded.lineId) }),
  }),
  RefundShippingLine: typed<OrderRefund>({
    id: ({ refund }) => gid('RefundShippingLine', refund.id + 3),
    shippingLine: ({ order }) => order,
    subtotalAmountSet: ({ order, refund }) => moneyBag(refund.shippingMinor, order.currency),
    taxAmountSet: ({ order }) => moneyBag(0, order.currency),
  }),
  OrderAdjustment: typed<OrderRefund>({
    id: ({ refund }) => gid('OrderAdjustment', refund.id + 4),
    reason: () => 'REFUND_DISCREPANCY',
    amountSet: ({ order, refund }) => moneyBag(-refund.discrepancyMinor, order.currency),
    taxAmountSet: ({ order }) => moneyBag(0, order.currency),
  }),
  OrderTransaction: typed<Payment>({
    id: ({ transaction }) => gid('OrderTransaction', transaction.id),
    kind: ({ transaction }) => transaction.kind.toUpperCase(),
    status: ({ transaction }) => transaction.status.toUpperCase(),
    gateway: ({ order, transaction }) => transaction.gateway ?? order.gateway,
    test: ({ order }) => order.test,
    amountSet: ({ order, transaction }) => moneyBag(transaction.amountMinor, order.currency),
    createdAt: ({ transaction }) => utcTime(transaction.at),
    processedAt: ({ transaction }) => utcTime(transaction.at),
    order: ({ order }) => order,
  }),
};
