import { AppError } from '@loyalnest/contracts/errors';
import { pageLimitDefault } from '@loyalnest/contracts/rest/page';
import {
  programmeSchema,
  storefrontSchema,
  type MemberPanel,
  type ProgrammeResponse,
  type StorefrontResponse,
} from '@loyalnest/contracts/rest/storefront';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { encodeCursor } from '@loyalnest/platform/http/cursor';
import { readHorizon } from '@loyalnest/platform/realtime/outbox-reader';
import { encodeStreamPosition } from '@loyalnest/platform/realtime/stream-position';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { ShopperGuard } from '@loyalnest/shopify/guards/shopper.guard';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { readBalances, type BalanceView } from '../balance/balance.repository.ts';
import { historyEntry } from '../balance/history-entry.ts';
import { findHistory } from '../balance/history.repository.ts';
import { findProgrammes } from '../programme/programme.repository.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { forShopper } from './for-shopper.ts';
import { compareWith, describeProgramme } from './programme-words.ts';
import { findExpiring, findOpenCodes, findPendingOrders } from './storefront.repository.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** What expires later is no news yet. */
const expiringMs = 90 * dayMs;

@ApiTags('storefront')
@Controller('v1/api/points')
export class StorefrontController {
  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  @Get('programme')
  @UseGuards(PrincipalGuard)
  @ApiOperation({ summary: 'Tells what the programme is, to guests too' })
  @ApiProblems('not-found')
  @Header('cache-control', 'private, max-age=60')
  @ApiOkResponse({ standardSchema: programmeSchema })
  programme(@CurrentPrincipal() { merchantId }: Principal): Promise<ProgrammeResponse> {
    return this.database.forMerchant(merchantId, (tx) => this.readProgramme(tx, merchantId));
  }

  @Get('me')
  @UseGuards(ShopperGuard)
  @ApiOperation({
    summary: 'Everything that the storefront shows to the shopper who asks',
    description: 'In one answer: the programme, and the points, codes and history of the customer who is signed in.',
  })
  @ApiProblems('not-found')
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ standardSchema: storefrontSchema })
  async me(@CurrentPrincipal() principal: Principal): Promise<StorefrontResponse> {
    const { merchantId } = principal;
    const customerId = principal.kind === 'shopper' ? principal.customerId : null;
    return this.database.forMerchant(merchantId, async (tx) => {
      // First: what is committed while the rest is read comes again on the stream, and nothing is missed.
      const position = await readHorizon(tx);
      const programme = await this.readProgramme(tx, merchantId);
      const member = customerId === null ? null : await this.readMember(tx, { merchantId, customerId, programme });
      return { programme, member, streamPosition: encodeStreamPosition({ ...position, at: new Date() }) };
    });
  }

  private async readProgramme(tx: Tx, merchantId: number): Promise<ProgrammeResponse> {
    const [shop, programmes, rewards] = await Promise.all([
      this.directory.findMerchant(tx, merchantId),
      findProgrammes(tx, [merchantId]),
      listRewards(tx, merchantId),
    ]);
    const programme = programmes.get(merchantId);
    if (!shop || !programme) throw new AppError('not-found');
    return describeProgramme({ settings: programme.settings, currency: shop.currency, rewards });
  }

  private async readMember(
    tx: Tx,
    of: { merchantId: number; customerId: number; programme: ProgrammeResponse },
  ): Promise<MemberPanel> {
    const { merchantId, customerId, programme } = of;
    const customer = { merchantId, customerId };
    const until = new Date(this.clock.now().getTime() + expiringMs);
    const [balances, pending, expiring, codes, history] = await Promise.all([
      readBalances(tx, [customer]),
      findPendingOrders(tx, customer),
      findExpiring(tx, { ...customer, until }),
      findOpenCodes(tx, customer),
      findHistory(tx, { ...customer, place: undefined, limit: pageLimitDefault + 1 }),
    ]);
    const [balance] = balances as [BalanceView];
    const items = history.slice(0, pageLimitDefault);
    const last = history.length > pageLimitDefault ? items.at(-1) : undefined;
    return {
      customerId,
      balance: {
        customerId,
        pending: balance.pending,
        available: balance.available,
        held: balance.held,
        nextExpiry: balance.nextExpiry && {
          points: balance.nextExpiry.points,
          at: balance.nextExpiry.at.toISOString(),
        },
      },
      pending,
      expiring,
      codes,
      rewards: compareWith(balance.available, programme.rewards),
      history: {
        items: items.map((row) => forShopper(historyEntry(row))),
        nextCursor: last ? encodeCursor({ at: last.created_at.toISOString(), transferId: last.transfer_id }) : null,
      },
    };
  }
}
