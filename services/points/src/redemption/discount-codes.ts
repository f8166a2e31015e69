import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { ShopRef } from '@loyalnest/shopify/access-tokens';
import { AdminClient, type AdminCall, type AdminResult } from '@loyalnest/shopify/admin/admin-client';
import type { AdminDocument } from '@loyalnest/shopify/admin/document';
import type { Shop } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import type { Reward } from '../rewards/reward.ts';
import { findReward } from '../rewards/reward.repository.ts';
import { discountInput } from './discount-input.ts';
import { findDiscount, recordDiscount } from './discount.repository.ts';
import {
  addDiscountCodes,
  createFixedAmountDiscount,
  createFreeShippingDiscount,
  deleteDiscountCodes,
  findDiscountOfCode,
  findRedeemCode,
} from './discounts.graphql.ts';
import type { Redemption } from './redemption.ts';

/** `unknown`: no word from Shopify; the code may or may not be there. Ask again later. */
export type CodeResult =
  { outcome: 'done' } | { outcome: 'refused'; reason: string } | { outcome: 'unknown'; reason: string };

/** Shopify adds and removes codes in the background; how long and how often we look before leaving it to the job. */
const looksMax = 20;
const lookPauseMs = 150;

/** Puts redemptions' codes into Shopify's discounts and takes them out: one discount per reward, many codes. */
@Injectable()
export class DiscountCodes {
  readonly #creating = new Map<string, Promise<unknown>>();

  constructor(
    private readonly admin: AdminClient,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Makes the redemption's code work. Safe to repeat: a code that is there already counts as made. */
  async make(shop: Shop, redemption: Redemption): Promise<CodeResult> {
    const reward = await this.database.forMerchant(shop.merchantId, (tx) =>
      findReward(tx, shop.merchantId, redemption.rewardId),
    );
    if (!reward) return { outcome: 'refused', reason: 'the reward is gone' };
    const there = await this.findCode(shop, redemption.code);
    if (there.outcome !== 'absent') {
      if (there.outcome === 'present') await this.record(redemption, there.discountId);
      return there.outcome === 'present' ? { outcome: 'done' } : there;
    }
    const bucketKey = `${shop.merchantId}/${reward.rewardId}/${redemption.bucket}`;
    // Whoever comes first creates the bucket's discount; those behind add their codes to it.
    const before = this.#creating.get(bucketKey);
    const work = (before ?? Promise.resolve()).then(() => this.addOrCreate(shop, reward, redemption));
    const settled = work.catch(() => undefined);
    this.#creating.set(bucketKey, settled);
    try {
      return await work;
    } finally {
      if (this.#creating.get(bucketKey) === settled) this.#creating.delete(bucketKey);
    }
  }

  /** Makes the code stop working. Safe to repeat. */
  async remove(shop: Shop, redemption: Redemption): Promise<CodeResult> {
    const discountId = await this.database.forMerchant(shop.merchantId, (tx) => findDiscount(tx, redemption));
    const there = await this.findCode(shop, redemption.code);
    if (there.outcome === 'absent') return { outcome: 'done' };
    if (there.outcome === 'unknown') return there;
    const found = await this.run(findRedeemCode, {
      shop: refOf(shop),
      variables: { discountId: discountId ?? there.discountId, search: `code:${redemption.code}` },
    });
    if (found.outcome !== 'ok') return failure(found);
    const node = found.data.codeDiscountNode?.codeDiscount.codes?.nodes.find(
      ({ code }) => code.toUpperCase() === redemption.code,
    );
    if (!node) return { outcome: 'unknown', reason: 'the code was not listed' };
    const deleted = await this.run(deleteDiscountCodes, {
      shop: refOf(shop),
      variables: { discountId: there.discountId, ids: [node.id] },
      isIdempotent: true,
    });
    if (deleted.outcome !== 'ok') return failure(deleted);
    return this.look(shop, redemption.code, 'absent');
  }

  private async addOrCreate(shop: Shop, reward: Reward, redemption: Redemption): Promise<CodeResult> {
    const discountId = await this.database.forMerchant(shop.merchantId, (tx) => findDiscount(tx, redemption));
    if (discountId === undefined) return this.create(shop, reward, redemption);
    const added = await this.run(addDiscountCodes, {
      shop: refOf(shop),
      variables: { discountId, codes: [{ code: redemption.code }] },
    });
    // The merchant may have deleted the discount in Shopify; the next code starts another.
    if (added.outcome === 'user-errors') return this.create(shop, reward, redemption);
    if (added.outcome !== 'ok') return failure(added);
    return this.look(shop, redemption.code, 'present');
  }

  private async create(shop: Shop, reward: Reward, redemption: Redemption): Promise<CodeResult> {
    const discount = discountInput({
      reward,
      currency: shop.currency,
      code: redemption.code,
      expiresAt: redemption.expiresAt,
      startsAt: this.clock.now(),
    });
    const call = { shop: refOf(shop), variables: { discount } };
    const created =
      reward.kind === 'free_shipping'
        ? await this.run(createFreeShippingDiscount, call)
        : await this.run(createFixedAmountDiscount, call);
    if (created.outcome !== 'ok') return failure(created);
    const [payload] = Object.values(created.data);
    if (!payload?.codeDiscountNode) return { outcome: 'unknown', reason: 'Shopify named no discount' };
    await this.record(redemption, payload.codeDiscountNode.id);
    return { outcome: 'done' };
  }

  private record(redemption: Redemption, discountId: string): Promise<void> {
    return this.database.forMerchant(redemption.merchantId, (tx) =>
      recordDiscount(tx, redemption, discountId, this.clock.now()),
    );
  }

  private async look(shop: Shop, code: string, wanted: 'present' | 'absent'): Promise<CodeResult> {
    for (let looks = 1; looks <= looksMax; looks += 1) {
      const there = await this.findCode(shop, code);
      if (there.outcome === wanted) return { outcome: 'done' };
      if (there.outcome === 'unknown') return there;
      await sleep(lookPauseMs);
    }
    return { outcome: 'unknown', reason: `the code is not ${wanted} yet` };
  }

  private async findCode(
    shop: Shop,
    code: string,
  ): Promise<
    { outcome: 'present'; discountId: string } | { outcome: 'absent' } | { outcome: 'unknown'; reason: string }
  > {
    const found = await this.run(findDiscountOfCode, { shop: refOf(shop), variables: { code } });
    if (found.outcome !== 'ok') return { outcome: 'unknown', reason: found.outcome };
    const node = found.data.codeDiscountNodeByCode;
    return node ? { outcome: 'present', discountId: node.id } : { outcome: 'absent' };
  }

  /** A shop that has left, or a token that cannot be had, is a reason to wait like any other. */
  private async run<Data>(document: AdminDocument<Data>, call: AdminCall): Promise<AdminResult<Data>> {
    try {
      return await this.admin.execute(document, call);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { outcome: 'unavailable', reason: error.code };
    }
  }
}

function refOf({ merchantId, shopDomain }: Shop): ShopRef {
  return { merchantId, shopDomain };
}

function failure(result: Exclude<AdminResult<unknown>, { outcome: 'ok' }>): CodeResult {
  if (result.outcome !== 'user-errors') return { outcome: 'unknown', reason: result.outcome };
  return { outcome: 'refused', reason: result.errors.map(({ code, message }) => code ?? message).join('; ') };
}
