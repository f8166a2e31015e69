import {
  financialStatus,
  fulfillmentStatus,
  gatewaysOf,
  netOf,
  orderTotals,
  type Totals,
} from '../../commerce/totals.ts';
import type { Line, Order, Transaction } from '../../state/entities.ts';
import { gid } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { lineDiscounts } from '../../webhooks/payload/order.ts';
import { byId, connect } from '../connection.ts';
import { metafieldOf, metafieldsOf } from './metafield.ts';
import type { OrderRefund, Payment } from './refund.ts';
import { moneyBag, moneyV2, properties, typed, type Resolvers } from '../resolver.ts';

type OrderLine = { order: Order; line: Line };

const amount = (of: (totals: Totals) => number) => (order: Order) => moneyBag(of(orderTotals(order)), order.currency);
const time = (atMs: number | null) => (atMs === null ? null : utcTime(atMs));

export const orderTypes: Resolvers = {
  Order: typed<Order>({
    id: ({ id }) => gid('Order', id),
    legacyResourceId: ({ id }) => String(id),
    name: ({ number }) => `#${number}`,
    number: ({ number }) => number,
    email: ({ email }) => email,
    note: ({ note }) => note,
    tags: ({ tags }) => tags,
    test: ({ test }) => test,
    confirmed: () => true,
    closed: ({ cancelledAt }) => cancelledAt !== null,
    closedAt: ({ cancelledAt }) => time(cancelledAt),
    createdAt: ({ createdAt }) => utcTime(createdAt),
    processedAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
    cancelledAt: ({ cancelledAt }) => time(cancelledAt),
    cancelReason: ({ cancelReason }) => cancelReason?.toUpperCase() ?? null,
    currencyCode: ({ currency }) => currency,
    presentmentCurrencyCode: ({ currency }) => currency,
    customer: ({ customerId }, _args, { state }) =>
      customerId === null ? null : (state.customers.find(customerId) ?? null),
    customerLocale: () => 'en',
    discountCode: ({ discount }) => discount?.code ?? null,
    discountCodes: ({ discount }) => (discount ? [discount.code] : []),
    discountApplications: (order, args) =>
      connect(order.discount ? [order] : [], args, { name: 'INDEX', value: () => 0, id: () => 0 }, discountApplication),
    displayFinancialStatus: (order) => financialStatus(order).toUpperCase(),
    displayFulfillmentStatus: (order) => (fulfillmentStatus(order) === 'fulfilled' ? 'FULFILLED' : 'UNFULFILLED'),
    edited: ({ edits }) => edits.length > 0,
    fullyPaid: (order) => orderTotals(order).outstandingMinor <= 0,
    unpaid: (order) => orderTotals(order).receivedMinor === 0,
    paymentGatewayNames: (order) => gatewaysOf(order),
    sourceName: ({ sourceName }) => sourceName,
    taxesIncluded: ({ taxesIncluded }) => taxesIncluded,
    subtotalLineItemsQuantity: ({ lines }) => lines.reduce((total, line) => total + line.quantity, 0),
    currentSubtotalLineItemsQuantity: ({ lines }) => lines.reduce((total, line) => total + line.currentQuantity, 0),
    lineItems: (order, args) => connect(order.lines, args, byId<Line>(), (line): OrderLine => ({ order, line })),
    refunds: (order, args) => limited(order.refunds, args).map((refund): OrderRefund => ({ order, refund })),
    transactions: (order, args) =>
      limited(allTransactions(order), args).map((transaction): Payment => ({ order, transaction })),
    shippingLine: (order) => (order.shippingMinor === 0 ? null : order),
    taxLines: (order) => taxLines(order, orderTotals(order).taxMinor),
    subtotalPriceSet: amount((totals) => totals.subtotalMinor),
    totalPriceSet: amount((totals) => totals.totalMinor),
    originalTotalPriceSet: amount((totals) => totals.totalMinor),
    totalTaxSet: amount((totals) => totals.taxMinor),
    totalDiscountsSet: amount((totals) => totals.discountsMinor),
    totalShippingPriceSet: amount((totals) => totals.shippingMinor),
    totalReceivedSet: amount((totals) => totals.receivedMinor),
    totalRefundedSet: amount((totals) => totals.refundedMinor),
    totalRefundedShippingSet: amount((totals) => totals.refundedShippingMinor),
    totalOutstandingSet: amount((totals) => totals.outstandingMinor),
    netPaymentSet: amount((totals) => totals.receivedMinor - totals.refundedMinor),
    refundDiscrepancySet: amount((totals) => totals.discrepancyMinor),
    totalTipReceivedSet: amount(() => 0),
    currentSubtotalPriceSet: amount((totals) => totals.currentSubtotalMinor),
    currentTotalPriceSet: amount((totals) => totals.currentTotalMinor),
    currentTotalTaxSet: amount((totals) => totals.currentTaxMinor),
    currentTotalDiscountsSet: amount((totals) => totals.currentDiscountsMinor),
    currentShippingPriceSet: amount((totals) => totals.currentShippingMinor),
    metafield: (order, args, context) => metafieldOf(context, { ownerType: 'Order', ownerId: order.id }, args),
    metafields: (order, args, context) => metafieldsOf(context, { ownerType: 'Order', ownerId: order.id }, args),
  }),
  LineItem: typed<OrderLine>({
    id: ({ line }) => gid('LineItem', line.id),
    title: ({ line }) => line.title,
    name: ({ line }) => line.title,
    sku: ({ line }) => line.sku,
    vendor: ({ line }) => line.vendor,
    variantTitle: () => null,
    quantity: ({ line }) => line.quantity,
    currentQuantity: ({ line }) => line.currentQuantity,
    refundableQuantity: ({ line }) => line.currentQuantity,
    isGiftCard: ({ line }) => line.giftCard,
    requiresShipping: ({ line }) => !line.giftCard,
    taxable: ({ line }) => !line.giftCard,
    product: ({ line }, _args, { state }) =>
      line.productId === null ? null : (state.products.find(line.productId) ?? null),
    variant: ({ line }, _args, { state }) =>
      line.productId === null ? null : (state.products.find(line.productId) ?? null),
    originalUnitPriceSet: ({ order, line }) => moneyBag(line.priceMinor, order.currency),
    originalTotalSet: ({ order, line }) => moneyBag(line.priceMinor * line.quantity, order.currency),
    discountedTotalSet: ({ order, line }, args) =>
      moneyBag(
        args['withCodeDiscounts'] ? netOf(line, line.quantity) : line.priceMinor * line.quantity,
        order.currency,
      ),
    totalDiscountSet: ({ order }) => moneyBag(0, order.currency),
    discountAllocations: ({ order, line }) =>
      line.discountMinor === 0 ? [] : [{ order, allocatedAmountSet: moneyBag(line.discountMinor, order.currency) }],
    taxLines: ({ order, line }) => taxLines(order, line.taxMinor),
  }),
  DiscountAllocation: {
    ...properties('allocatedAmountSet'),
    discountApplication: (source) => discountApplication((source as OrderLine).order),
  },
  DiscountCodeApplication: properties('allocationMethod', 'code', 'index', 'targetSelection', 'targetType', 'value'),
  PricingPercentageValue: properties('percentage'),
  ShippingLine: typed<Order>({
    id: ({ id }) => gid('ShippingLine', id + 2),
    code: () => 'Standard',
    title: () => 'Standard',
    source: () => 'shopify',
    taxLines: () => [],
    originalPriceSet: (order) => moneyBag(order.shippingMinor, order.currency),
    discountedPriceSet: (order) => moneyBag(order.shippingMinor - order.shippingDiscountMinor, order.currency),
  }),
  TaxLine: properties('title', 'rate', 'ratePercentage', 'priceSet', 'channelLiable'),
  MoneyBag: properties('shopMoney', 'presentmentMoney'),
  MoneyV2: properties('amount', 'currencyCode'),
};

function allTransactions(order: Order): Transaction[] {
  const refunds = order.refunds.map(({ transaction }) => transaction).filter((one) => one !== undefined);
  return [...order.transactions, ...refunds];
}

function limited<T>(items: readonly T[], args: Record<string, unknown>): readonly T[] {
  return typeof args['first'] === 'number' ? items.slice(0, args['first']) : items;
}

function taxLines(order: Order, taxMinor: number) {
  if (order.taxRate === 0) return [];
  const title = order.taxesIncluded ? 'VAT' : 'State Tax';
  const rate = order.taxRate / 10_000;
  return [
    { title, rate, ratePercentage: rate * 100, priceSet: moneyBag(taxMinor, order.currency), channelLiable: false },
  ];
}

function discountApplication(order: Order) {
  const { discount } = order;
  if (!discount) return null;
  const shipping = discount.kind === 'free_shipping';
  const fixed = discount.kind === 'fixed_amount';
  return {
    __typename: 'DiscountCodeApplication',
    code: discount.code,
    index: 0,
    allocationMethod: shipping ? 'EACH' : 'ACROSS',
    targetSelection: 'ALL',
    targetType: shipping ? 'SHIPPING_LINE' : 'LINE_ITEM',
    value: fixed
      ? moneyV2(lineDiscounts(order), order.currency)
      : { __typename: 'PricingPercentageValue', percentage: shipping ? 100 : discount.value / 100 },
  };
}
