/**
 * What a shop consists of. Entities are immutable: a change stores a new object. A webhook that waits to be delivered
 * therefore keeps the entity as it was when the webhook was triggered, and its body is only built when it is sent.
 */

export type Plan = 'standard' | 'advanced' | 'plus' | 'enterprise';

export type Shop = {
  id: number;
  domain: string;
  name: string;
  email: string;
  currency: string;
  timezone: string;
  plan: Plan;
  taxesIncluded: boolean;
  createdAt: number;
  updatedAt: number;
  nextOrderNumber: number;
  installation: Installation | undefined;
  /** The app embed in the shop's theme; `null` if the merchant never switched it on. */
  embed: { enabled: boolean } | null;
};

export type Installation = { id: number; scopes: string[]; installedAt: number };

export type Customer = {
  id: number;
  rowId?: string;
  email: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  note: string | null;
  tags: string[];
  acceptsMarketing: boolean;
  createdAt: number;
  updatedAt: number;
};

export type Product = {
  id: number;
  variantId: number;
  handle: string;
  title: string;
  description: string;
  vendor: string;
  productType: string;
  sku: string;
  priceMinor: number;
  giftCard: boolean;
  tags: string[];
  collections: string[];
  createdAt: number;
  updatedAt: number;
};

export type Line = {
  id: number;
  productId: number | null;
  title: string;
  sku: string;
  vendor: string;
  priceMinor: number;
  /** As ordered and added by edits; edits and refunds that take away lower only `currentQuantity`. */
  quantity: number;
  currentQuantity: number;
  giftCard: boolean;
  /** This line's part of the order's discount. */
  discountMinor: number;
  taxMinor: number;
};

export type OrderDiscount = {
  code: string;
  nodeId: number | null;
  kind: 'fixed_amount' | 'percentage' | 'free_shipping';
  /** Minor units for a fixed amount, hundredths of a percent for a percentage, 0 for free shipping. */
  value: number;
};

export type Transaction = {
  id: number;
  parentId: number | null;
  kind: 'sale' | 'refund' | 'void';
  status: 'success' | 'pending';
  amountMinor: number;
  at: number;
  /** If another than the order's paid, or was paid back. */
  gateway?: 'gift_card';
};

export type RefundLine = { id: number; lineId: number; quantity: number; subtotalMinor: number; taxMinor: number };

export type Refund = {
  id: number;
  at: number;
  note: string;
  lines: RefundLine[];
  shippingMinor: number;
  /** What was given back beyond the lines and the shipping (positive) or kept back (negative). */
  discrepancyMinor: number;
  transaction: Transaction | undefined;
};

export type OrderEdit = { id: number; at: number; additions: LineDelta[]; removals: LineDelta[] };
export type LineDelta = { lineId: number; delta: number };

export type Order = {
  id: number;
  rowId?: string;
  number: number;
  customerId: number | null;
  email: string | null;
  createdAt: number;
  updatedAt: number;
  currency: string;
  taxesIncluded: boolean;
  /** Hundredths of a percent. */
  taxRate: number;
  test: boolean;
  sourceName: string;
  gateway: string;
  lines: Line[];
  shippingMinor: number;
  shippingDiscountMinor: number;
  discount: OrderDiscount | undefined;
  transactions: Transaction[];
  refunds: Refund[];
  edits: OrderEdit[];
  cancelledAt: number | null;
  cancelReason: string | null;
  fulfilledAt: number | null;
  tags: string[];
  note: string | null;
};

export type Discount = {
  id: number;
  kind: 'basic' | 'free_shipping';
  title: string;
  value: { type: 'amount'; amountMinor: number; onEachItem: boolean } | { type: 'percentage'; fraction: number } | null;
  startsAt: number;
  endsAt: number | null;
  usageLimit: number | null;
  oncePerCustomer: boolean;
  minimum: { type: 'subtotal'; minor: number } | { type: 'quantity'; quantity: number } | null;
  combinesWith: { orderDiscounts: boolean; productDiscounts: boolean; shippingDiscounts: boolean };
  /** Empty: everybody. */
  customerIds: number[];
  tags: string[];
  usageCount: number;
  createdAt: number;
  updatedAt: number;
};

export type RedeemCode = { id: number; discountId: number; code: string; usageCount: number; usedBy: number[] };

export type BulkCreation = {
  id: number;
  discountId: number;
  createdAt: number;
  done: boolean;
  codes: { code: string; redeemCodeId: number | null; error: { code: string; message: string } | null }[];
};

export type Subscription = {
  id: number;
  topic: string;
  uri: string;
  createdAt: number;
  updatedAt: number;
};

export type Metafield = {
  id: number;
  ownerType: string;
  ownerId: number;
  namespace: string;
  key: string;
  type: string;
  value: string;
  createdAt: number;
  updatedAt: number;
};

export type Token = {
  value: string;
  mode: 'offline' | 'online';
  scopes: string[];
  /** Null: never. */
  expiresAt: number | null;
  refresh: RefreshToken | undefined;
  userId: number | null;
};

export type RefreshToken = {
  value: string;
  expiresAt: number;
  /** When it was first used; its replacement's value then. */
  usedAt: number | null;
  replacedBy: string | null;
};

export type StoreCredit = { id: number; customerId: number; currency: string; balanceMinor: number };
