import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { queryCost } from '../src/admin/cost.ts';
import { loadSchema } from '../src/admin/schema.ts';

function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition') as OperationDefinitionNode;
  return queryCost({ schema: loadSchema().graphql, document, operation, variables });
}

const MONEY = '{ shopMoney { amount currencyCode } }';

/** What Shopify charges for these queries, as published by apps that state their costs. */
const PUBLISHED: [what: string, cost: number, query: string][] = [
  [
    'customers with a page of 200',
    12,
    '{ customers(first: 200) { pageInfo { hasNextPage } edges { cursor node { id updatedAt } } } }',
  ],
  [
    'one customer by e-mail',
    4,
    '{ customers(first: 1) { edges { node { id defaultEmailAddress { emailAddress } } } } }',
  ],
  [
    'metafields of a customer',
    10,
    '{ customer(id: "gid://shopify/Customer/1") { metafields(first: 50) { edges { node { id } } } } }',
  ],
  [
    'variants with inventory items',
    25,
    '{ product(id: "gid://shopify/Product/1") { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }',
  ],
  [
    'fulfillment order lines',
    27,
    `{ fulfillmentOrder(id: "gid://shopify/FulfillmentOrder/1") { lineItems(first: 25) { pageInfo { hasNextPage } edges { cursor
      node { id lineItem { id product { legacyResourceId } variant { legacyResourceId } } } } } } }`,
  ],
  [
    'orders to import',
    68,
    `{ orders(first: 25) { edges { cursor node { id channel { name } totalPriceSet ${MONEY} customAttributes { key value } tags
      risk { assessments { riskLevel } } displayAddress { countryCodeV2 } shippingAddress { countryCodeV2 }
      billingAddress { countryCodeV2 } totalTaxSet ${MONEY} taxLines { channelLiable }
      purchasingEntity { ... on PurchasingCompany { company { id } } } } } } }`,
  ],
  [
    'lines of an order',
    43,
    `{ order(id: "gid://shopify/Order/1") { lineItems(first: 10) { nodes { id product { id } variant { id }
      customAttributes { key } duties { taxLines { title } price ${MONEY} } fulfillmentService { location { name } }
      discountAllocations { allocatedAmountSet ${MONEY} } taxLines { title } originalTotalSet ${MONEY} } } } }`,
  ],
];

describe('the calculated cost of a query', () => {
  it.each(PUBLISHED)('is what Shopify charges: %s', (_what, cost, query) => {
    expect(costOf(query)).toBe(cost);
  });

  it('reads the page size from a variable and its default', () => {
    const query = 'query ($n: Int = 200) { customers(first: $n) { nodes { id } } }';
    expect(costOf(query, { n: 10 })).toBe(6);
    expect(costOf(query, { n: 200 })).toBe(12);
  });

  it('counts ten for a mutation, whatever it gives back', () => {
    const mutation = `mutation { customerUpdate(input: { id: "gid://shopify/Customer/1" }) {
      customer { id defaultAddress { id } } userErrors { field message } } }`;
    expect(costOf(mutation)).toBe(10);
  });

  it('follows fragments', () => {
    const query =
      'fragment c on Customer { defaultEmailAddress { emailAddress } } { customers(first: 1) { nodes { ...c } } }';
    expect(costOf(query)).toBe(4);
  });
});
