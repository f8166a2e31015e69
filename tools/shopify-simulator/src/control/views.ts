import { handleOf } from '../admin-page/app-address.ts';
import { decimal } from '../commerce/money.ts';
import { financialStatus, orderTotals } from '../commerce/totals.ts';
import type { Customer, Order, Product } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { gid } from '../time/ids.ts';
import { utcTime } from '../time/shop-time.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { World } from '../world.ts';

export function shopView(state: ShopState) {
  const { id, domain, name, currency, timezone, plan, taxesIncluded, installation, embed } = getShop(state);
  return {
    id,
    domain,
    name,
    currency,
    timezone,
    plan,
    taxesIncluded,
    installed: installation !== undefined,
    scopes: installation?.scopes ?? [],
    embed: { enabled: embed?.enabled ?? false },
    customers: state.customers.size,
    orders: state.orders.size,
    products: state.products.size,
  };
}

/** Where a browser finds the shop: its admin, the app in it, and its pages. `host` is the simulator's, as the caller knows it. */
export function addressesOf(world: World, state: ShopState, host: string) {
  const handle = handleOf(state);
  const { port } = new URL(`http://${host}`);
  const admin = `http://${host}/store/${handle}`;
  return {
    admin,
    app: `${admin}/apps/${world.toml.handle}`,
    storefront: `http://${handle}.localhost${port ? `:${port}` : ''}/`,
  };
}

export function customerView(customer: Customer) {
  const { createdAt, updatedAt, ...facts } = customer;
  return { ...facts, gid: gid('Customer', customer.id), createdAt: utcTime(createdAt), updatedAt: utcTime(updatedAt) };
}

export function productView(state: ShopState, product: Product) {
  const { id, variantId, handle, title, priceMinor, giftCard, tags, collections } = product;
  return {
    id,
    variantId,
    handle,
    title,
    price: decimal(priceMinor, getShop(state).currency),
    giftCard,
    tags,
    collections,
  };
}

export function orderView(order: Order) {
  const totals = orderTotals(order);
  const text = (minor: number) => decimal(minor, order.currency);
  return {
    id: order.id,
    gid: gid('Order', order.id),
    name: `#${order.number}`,
    customerId: order.customerId,
    email: order.email,
    currency: order.currency,
    status: financialStatus(order, totals),
    test: order.test,
    total: text(totals.totalMinor),
    currentTotal: text(totals.currentTotalMinor),
    subtotal: text(totals.subtotalMinor),
    discounts: text(totals.discountsMinor),
    shipping: text(totals.shippingMinor),
    tax: text(totals.taxMinor),
    received: text(totals.receivedMinor),
    refunded: text(totals.refundedMinor),
    outstanding: text(totals.outstandingMinor),
    discountCode: order.discount?.code ?? null,
    lines: order.lines.map((line) => ({
      id: line.id,
      productId: line.productId,
      title: line.title,
      price: text(line.priceMinor),
      quantity: line.quantity,
      currentQuantity: line.currentQuantity,
      giftCard: line.giftCard,
      discount: text(line.discountMinor),
    })),
    refunds: order.refunds.map(({ id, transaction }) => ({ id, amount: text(transaction?.amountMinor ?? 0) })),
    cancelledAt: order.cancelledAt === null ? null : utcTime(order.cancelledAt),
    createdAt: utcTime(order.createdAt),
    updatedAt: utcTime(order.updatedAt),
  };
}

export function deliveryView(delivery: Delivery) {
  const { webhookId, eventId, shop, topic, uri, state, copy, triggeredAt, attempts } = delivery;
  return {
    webhookId,
    eventId,
    shop,
    topic,
    uri,
    state,
    copy,
    triggeredAt: new Date(triggeredAt).toISOString(),
    attempts: attempts.map(({ at, tookMs, status, error, corrupted }) => ({
      at: new Date(at).toISOString(),
      tookMs,
      status: status ?? null,
      error: error ?? null,
      corrupted,
    })),
  };
}
