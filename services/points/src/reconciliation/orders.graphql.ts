import { document } from '@loyalnest/shopify/admin/document';
import { z } from 'zod';

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const money = z.object({ shopMoney: z.object({ amount: z.string() }) });
const legacyId = z.string().regex(/^\d+$/).transform(Number);
const gid = z.string().transform((text, context) => {
  const id = Number(/\/(\d+)$/.exec(text)?.[1]);
  if (Number.isSafeInteger(id)) return id;
  context.addIssue('not an id of Shopify');
  return z.NEVER;
});

/** Which orders changed, oldest change first. */
export const findChangedOrders = document(
  `query FindChangedOrders($search: String!, $after: String) {
    orders(first: 100, after: $after, query: $search, sortKey: UPDATED_AT) {
      nodes { id updatedAt }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  z.object({ orders: z.object({ nodes: z.array(z.object({ id: z.string(), updatedAt: z.string() })), pageInfo }) }),
);

const lineItem = z.object({
  id: gid,
  product: z.object({ legacyResourceId: legacyId }).nullable(),
  quantity: z.number().int(),
  currentQuantity: z.number().int(),
  isGiftCard: z.boolean(),
  originalUnitPriceSet: money,
  discountAllocations: z.array(z.object({ allocatedAmountSet: money })),
  taxLines: z.array(z.object({ priceSet: money })),
});

const refund = z.object({
  legacyResourceId: legacyId,
  refundLineItems: z.object({
    nodes: z.array(
      z.object({ quantity: z.number().int(), subtotalSet: money, totalTaxSet: money, lineItem: z.object({ id: gid }) }),
    ),
  }),
  refundShippingLines: z.object({ nodes: z.array(z.object({ subtotalAmountSet: money, taxAmountSet: money })) }),
  transactions: z.object({ nodes: z.array(z.object({ kind: z.string(), status: z.string(), amountSet: money })) }),
});

/** One order, with everything that the ledger reads. Its lines come in pages. */
export const readOrder = document(
  `query ReadOrder($id: ID!, $after: String) {
    order(id: $id) {
      legacyResourceId name createdAt updatedAt cancelledAt currencyCode test taxesIncluded
      displayFinancialStatus displayFulfillmentStatus
      customer { legacyResourceId }
      totalPriceSet { shopMoney { amount } }
      discountCodes
      paymentGatewayNames
      shippingLine { discountedPriceSet { shopMoney { amount } } taxLines { priceSet { shopMoney { amount } } } }
      transactions(first: 50) { kind status gateway amountSet { shopMoney { amount } } }
      refunds(first: 50) {
        legacyResourceId
        refundLineItems(first: 50) {
          nodes {
            quantity
            subtotalSet { shopMoney { amount } }
            totalTaxSet { shopMoney { amount } }
            lineItem { id }
          }
        }
        refundShippingLines(first: 5) {
          nodes { subtotalAmountSet { shopMoney { amount } } taxAmountSet { shopMoney { amount } } }
        }
        transactions(first: 10) { nodes { kind status amountSet { shopMoney { amount } } } }
      }
      lineItems(first: 50, after: $after) {
        nodes {
          id quantity currentQuantity isGiftCard
          product { legacyResourceId }
          originalUnitPriceSet { shopMoney { amount } }
          discountAllocations { allocatedAmountSet { shopMoney { amount } } }
          taxLines { priceSet { shopMoney { amount } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  z.object({
    order: z
      .object({
        legacyResourceId: legacyId,
        name: z.string(),
        createdAt: z.string(),
        updatedAt: z.string(),
        cancelledAt: z.string().nullable(),
        currencyCode: z.string(),
        test: z.boolean(),
        taxesIncluded: z.boolean(),
        displayFinancialStatus: z.string().nullable(),
        displayFulfillmentStatus: z.string().nullable(),
        customer: z.object({ legacyResourceId: legacyId }).nullable(),
        totalPriceSet: money,
        discountCodes: z.array(z.string()),
        paymentGatewayNames: z.array(z.string()),
        shippingLine: z
          .object({ discountedPriceSet: money, taxLines: z.array(z.object({ priceSet: money })) })
          .nullable(),
        transactions: z.array(
          z.object({ kind: z.string(), status: z.string(), gateway: z.string().nullable(), amountSet: money }),
        ),
        refunds: z.array(refund),
        lineItems: z.object({ nodes: z.array(lineItem), pageInfo }),
      })
      .nullable(),
  }),
);

export type ChangedOrders = z.infer<typeof findChangedOrders.data>;
export type ChangedOrder = ChangedOrders['orders']['nodes'][number];
export type OrderPage = z.infer<typeof readOrder.data>;
export type AdminOrder = NonNullable<OrderPage['order']>;
export type AdminLineItem = z.infer<typeof lineItem>;
