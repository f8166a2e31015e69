import type { ThemeBlock } from '@loyalnest/contracts/rest/overview';
import { Clock } from '@loyalnest/platform/clock';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import type { ShopRef } from '@loyalnest/shopify/access-tokens';
import { AdminClient } from '@loyalnest/shopify/admin/admin-client';
import { Inject, Injectable } from '@nestjs/common';
import { readMainThemeSettings } from './main-theme.graphql.ts';
import { readThemeBlock } from './theme-block.ts';

/** Somebody looks at a page that does well without this answer. */
const deadlineMs = 2_000;
const keptMs = 60_000;
/** Who reads that the block is off switches it on, comes back and looks. */
const keptUnlessOnMs = 5_000;
/** Shops of which an answer is in memory. */
const looksMax = 1_000;

type Look = { askedAtMs: number; state: Promise<ThemeBlock['state']>; keptMs: number };

/** Whether the widget's block is on in shops' themes. Only Shopify knows; it is asked when somebody looks. */
@Injectable()
export class ThemeBlocks {
  readonly #looks = new Map<number, Look>();

  constructor(
    private readonly admin: AdminClient,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** `unknown` if Shopify does not say in time, or may not: the shop has not granted `read_themes`. */
  async state(shop: ShopRef): Promise<ThemeBlock['state']> {
    const nowMs = this.clock.now().getTime();
    const known = this.#looks.get(shop.merchantId);
    if (known && nowMs - known.askedAtMs < known.keptMs) return known.state;
    const look: Look = { askedAtMs: nowMs, state: this.ask(shop), keptMs };
    this.#looks.delete(shop.merchantId);
    this.#looks.set(shop.merchantId, look);
    const [oldest] = this.#looks.keys();
    if (this.#looks.size > looksMax && oldest !== undefined) this.#looks.delete(oldest);
    look.state.catch(() => this.#looks.get(shop.merchantId) === look && this.#looks.delete(shop.merchantId));
    const state = await look.state;
    if (state !== 'on') look.keptMs = keptUnlessOnMs;
    return state;
  }

  private async ask(shop: ShopRef): Promise<ThemeBlock['state']> {
    const answer = await this.admin.execute(readMainThemeSettings, { shop, deadlineMs });
    if (answer.outcome !== 'ok') {
      this.logger.info({ merchantId: shop.merchantId, outcome: answer.outcome }, 'theme not read');
      return 'unknown';
    }
    const content = answer.data.themes.nodes[0]?.files.nodes[0]?.body.content;
    const state = content === undefined ? undefined : readThemeBlock(content);
    if (!state) this.logger.warn({ merchantId: shop.merchantId }, 'theme settings not understood');
    return state ?? 'unknown';
  }
}
