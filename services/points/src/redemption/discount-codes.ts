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

/** A code has to work at once, though Shopify's clock may be behind ours. */
const clockSkewMs = 60 * 60 * 1_000;
/** Shopify's limit for codes in one call. */
const codesMax = 250;
/** Shopify adds and removes codes in the background; how often we look before leaving it to the job. */
const looksMax = 20;
const lookPauseMs = 150;

/** `sent`: Shopify took it and adds it in the background. */
type SendResult = CodeResult | { outcome: 'sent' };
type Waiting = { redemption: Redemption; settle: (result: SendResult) => void };

/** Puts redemptions' codes into Shopify's discounts and takes them out: one discount per reward, many codes. */
@Injectable()
export class DiscountCodes {
  /** Codes that wait for the call at hand to their bucket's discount to end; they go together in the next one. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(
    private readonly admin: AdminClient,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes the redemption's code work. Safe to repeat: say `repeated` when an earlier try may have made it, and a code that
   * is there already counts as made.
   */
  async make(shop: Shop, redemption: Redemption, attempt: 'first' | 'repeated'): Promise<CodeResult> {
    if (attempt === 'repeated') {
      const there = await this.findCode(shop, redemption.code);
      if (there.outcome === 'unknown') return there;
      if (there.outcome === 'present') {
        await this.record(redemption, there.discountId);
        return { outcome: 'done' };
      }
    }
    const sent = await this.send(shop, redemption);
    return sent.outcome === 'sent' ? this.look(shop, redemption.code, 'present') : sent;
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

  /** Hands the code to Shopify, together with those that wait for the same discount. */
  private send(shop: Shop, redemption: Redemption): Promise<SendResult> {
    const bucketKey = `${shop.merchantId}/${redemption.rewardId}/${redemption.bucket}`;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(bucketKey);
      const entry: Waiting = { redemption, settle: resolve };
      if (waiting) {
        waiting.push(entry);
        return;
      }
      this.#waiting.set(bucketKey, [entry]);
      this.sendWaiting(shop, bucketKey).catch(reject);
    });
  }

  private async sendWaiting(shop: Shop, bucketKey: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(bucketKey)?.splice(0, codesMax) ?? [];
      if (batch.length === 0) {
        this.#waiting.delete(bucketKey);
        return;
      }
      const results = await this.sendBatch(
        shop,
        batch.map(({ redemption }) => redemption),
      ).catch((error: unknown): SendResult[] => batch.map(() => ({ outcome: 'unknown', reason: String(error) })));
      for (const [index, { settle }] of batch.entries())
        settle(results[index] ?? { outcome: 'unknown', reason: 'not sent' });
    }
  }

  /** The first code of a bucket creates its discount; the others are added to it. */
  private async sendBatch(shop: Shop, batch: readonly Redemption[]): Promise<SendResult[]> {
    const [first] = batch;
    if (!first) return [];
    const { reward, discountId } = await this.database.forMerchant(shop.merchantId, async (tx) => ({
      reward: await findReward(tx, shop.merchantId, first.rewardId),
      discountId: await findDiscount(tx, first),
    }));
    if (!reward) return batch.map(() => ({ outcome: 'refused', reason: 'the reward is gone' }));
    if (discountId !== undefined) {
      const added = await this.add(shop, discountId, batch);
      // The merchant may have deleted the discount in Shopify; the first code then starts another.
      if (added.outcome !== 'refused') return batch.map(() => added);
    }
    const created = await this.create(shop, reward, first);
    if (created.outcome !== 'created') return batch.map(() => created);
    const others = batch.slice(1);
    const added = others.length === 0 ? undefined : await this.add(shop, created.discountId, others);
    return [{ outcome: 'done' }, ...others.map((): SendResult => added ?? { outcome: 'sent' })];
  }

  private async add(shop: Shop, discountId: string, redemptions: readonly Redemption[]): Promise<SendResult> {
    const codes = redemptions.map(({ code }) => ({ code }));
    const added = await this.run(addDiscountCodes, { shop: refOf(shop), variables: { discountId, codes } });
    return added.outcome === 'ok' ? { outcome: 'sent' } : failure(added);
  }

  private async create(
    shop: Shop,
    reward: Reward,
    redemption: Redemption,
  ): Promise<{ outcome: 'created'; discountId: string } | Exclude<CodeResult, { outcome: 'done' }>> {
    const discount = discountInput({
      reward,
      currency: shop.currency,
      code: redemption.code,
      expiresAt: redemption.expiresAt,
      startsAt: new Date(this.clock.now().getTime() - clockSkewMs),
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
    return { outcome: 'created', discountId: payload.codeDiscountNode.id };
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

function failure(result: Exclude<AdminResult<unknown>, { outcome: 'ok' }>): Exclude<CodeResult, { outcome: 'done' }> {
  if (result.outcome !== 'user-errors') return { outcome: 'unknown', reason: result.outcome };
  return { outcome: 'refused', reason: result.errors.map(({ code, message }) => code ?? message).join('; ') };
}
