import { document } from '@loyalnest/shopify/admin/document';
import { z } from 'zod';

const node = z.object({ id: z.string() });

export const createFixedAmountDiscount = document(
  `mutation CreateFixedAmountDiscount($discount: DiscountCodeBasicInput!) {
    discountCodeBasicCreate(basicCodeDiscount: $discount) {
      codeDiscountNode { id }
      userErrors { field message code }
    }
  }`,
  z.object({ discountCodeBasicCreate: z.object({ codeDiscountNode: node.nullable() }) }),
);

export const createFreeShippingDiscount = document(
  `mutation CreateFreeShippingDiscount($discount: DiscountCodeFreeShippingInput!) {
    discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) {
      codeDiscountNode { id }
      userErrors { field message code }
    }
  }`,
  z.object({ discountCodeFreeShippingCreate: z.object({ codeDiscountNode: node.nullable() }) }),
);

export const addDiscountCodes = document(
  `mutation AddDiscountCodes($discountId: ID!, $codes: [DiscountRedeemCodeInput!]!) {
    discountRedeemCodeBulkAdd(discountId: $discountId, codes: $codes) {
      bulkCreation { id }
      userErrors { field message code }
    }
  }`,
  z.object({ discountRedeemCodeBulkAdd: z.object({ bulkCreation: node.nullable() }) }),
);

/** Which discount a code belongs to, if any; answers at once, while the bulk creation still counts. */
export const findDiscountOfCode = document(
  `query FindDiscountOfCode($code: String!) {
    codeDiscountNodeByCode(code: $code) { id }
  }`,
  z.object({ codeDiscountNodeByCode: node.nullable() }),
);

export const findRedeemCode = document(
  `query FindRedeemCode($discountId: ID!, $search: String!) {
    codeDiscountNode(id: $discountId) {
      codeDiscount {
        ... on DiscountCodeBasic { codes(first: 1, query: $search) { nodes { id code } } }
        ... on DiscountCodeFreeShipping { codes(first: 1, query: $search) { nodes { id code } } }
      }
    }
  }`,
  z.object({
    codeDiscountNode: z
      .object({
        codeDiscount: z.object({
          codes: z.object({ nodes: z.array(z.object({ id: z.string(), code: z.string() })) }).optional(),
        }),
      })
      .nullable(),
  }),
);

export const deleteDiscountCodes = document(
  `mutation DeleteDiscountCodes($discountId: ID!, $ids: [ID!]!) {
    discountCodeRedeemCodeBulkDelete(discountId: $discountId, ids: $ids) {
      job { id }
      userErrors { field message code }
    }
  }`,
  z.object({ discountCodeRedeemCodeBulkDelete: z.object({ job: node.nullable() }) }),
);
