/**
 * Who orders in the benchmark. Customer k belongs to merchant floor(e^(k · step)): merchant m then has a share of
 * ln(1 + 1/m) / ln(5001) of the customers, which is Zipf's law with exponent 1, and pgbench can compute the same. Orders
 * come from every customer equally often, so the first merchant gets 8 % of them and most of the 5,000 hardly any.
 */
export const merchantCount = 5_000;
export const customerCount = 100_000;

export const zipfStep = Math.log(merchantCount + 1) / customerCount;
/** Keeps e^0 and its like on the right side of the floor, whoever computes them. */
export const zipfGuard = 1e-9;

/** All orders of the one-merchant rounds go here. It has as many customers as all others together. */
export const loneMerchant = merchantCount + 1;

/** Merchant of a customer. Merchants count from 1, customers from 0; those of the lone merchant come after all others. */
export function merchantOf(customer: number): number {
  return customer >= customerCount ? loneMerchant : Math.floor(Math.exp(customer * zipfStep) + zipfGuard);
}

/** Ids as long as Shopify's. */
export const customerIdBase = 7_000_000_000_000;

export function customerIdOf(customer: number): number {
  return customerIdBase + customer;
}

export function shopDomainOf(merchant: number): string {
  return `bench-${String(merchant).padStart(5, '0')}.myshopify.com`;
}

export type Shopper = { customer: number; merchant: number };

export const workloads = ['spread', 'one-customer', 'one-merchant'] as const;
/** Whom orders come from: everybody, one customer, or all customers of one merchant. */
export type Workload = (typeof workloads)[number];

/** `random` is from 0 to below 1. */
export function shopperOf(workload: Workload, random: number): Shopper {
  const drawn = Math.floor(random * customerCount);
  const customer = { spread: drawn, 'one-customer': 0, 'one-merchant': customerCount + drawn }[workload];
  return { customer, merchant: merchantOf(customer) };
}
