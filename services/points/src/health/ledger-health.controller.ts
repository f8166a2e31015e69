import { ledgerHealthSchema, type LedgerHealth, type LedgerProof } from '@loyalnest/contracts/rest/ledger-health';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { actorOf } from '../balance/caller.ts';
import { checks, lookedAt } from '../proof/findings.ts';
import { findLastProof, type KeptProof } from '../proof/proof.repository.ts';
import { ShopProofs } from '../proof/shop-proof.service.ts';
import { findLastRound, type Round } from '../reconciliation/reconciliation.repository.ts';
import { findWaitingEvents, type WaitingEvents } from './ledger-health.repository.ts';

@ApiTags('ledger health')
@Controller('v1/api/points/ledger-health')
@UseGuards(MerchantGuard)
export class LedgerHealthController {
  constructor(
    private readonly database: Database,
    private readonly proofs: ShopProofs,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: "Says how the shop's ledger is: its last proof, its comparison with Shopify, its events" })
  @ApiOkResponse({ standardSchema: ledgerHealthSchema })
  health(@CurrentPrincipal() { merchantId }: MerchantPrincipal): Promise<LedgerHealth> {
    const now = this.clock.now();
    return this.database.forMerchant(merchantId, async (tx) => {
      const proof = await findLastProof(tx, merchantId);
      const round = await findLastRound(tx, merchantId);
      const events = await findWaitingEvents(tx, merchantId);
      return {
        proof: proof ? toProof(proof) : null,
        reconciliation: round ? toReconciliation(round) : null,
        events: toEvents(events, now),
      };
    });
  }

  @Post('verify')
  @ApiOperation({
    summary: "Proves the shop's ledger now",
    description: 'Takes seconds in a large shop. Who asks while it runs gets the same result. Changes nothing.',
  })
  @ApiProblems('request-in-progress', 'overloaded')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: ledgerHealthSchema })
  async verify(@CurrentPrincipal() principal: MerchantPrincipal): Promise<LedgerHealth> {
    await this.proofs.prove(principal.merchantId, actorOf(principal));
    return this.health(principal);
  }
}

function toProof({ ok, provedAt, checked, differences, counts }: KeptProof): LedgerProof {
  return {
    ok,
    at: provedAt.toISOString(),
    checks: checks.map((name) => ({
      name,
      checked: checked[lookedAt[name]],
      // Proofs of before there were counts have only the differences that they kept.
      differences: counts[name] ?? differences.filter(({ check }) => check === name).length,
    })),
    differences: differences.map(({ check, difference }) => ({ check, message: difference })),
  };
}

function toReconciliation({ checkedAt, checked, missed, failure, watermark }: Round): LedgerHealth['reconciliation'] {
  return { at: checkedAt.toISOString(), checked, missed, failure, watermark: watermark.toISOString() };
}

function toEvents({ waiting, oldest }: WaitingEvents, now: Date): LedgerHealth['events'] {
  return { waiting, oldestSeconds: oldest && Math.max(0, (now.getTime() - oldest.getTime()) / 1_000) };
}
