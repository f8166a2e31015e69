import { AppError } from '@loyalnest/contracts/errors';
import { programmeChanged } from '@loyalnest/contracts/events';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { settingsInputSchema, settingsSchema, type SettingsResponse } from '@loyalnest/contracts/rest/points';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { actorOf } from '../balance/caller.ts';
import { raiseSettingsEpoch } from './programme.repository.ts';

type VersionRow = { version: number; settings: ProgrammeSettings; changed_by: string; created_at: Date };

@ApiTags('programme')
@Controller('v1/api/points/settings')
@UseGuards(MerchantGuard)
export class ProgrammeController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
  ) {}

  @Get()
  @ApiOperation({ summary: "Reads the programme's rules as they stand" })
  @ApiProblems('not-found')
  @ApiOkResponse({ standardSchema: settingsSchema })
  async settings(@CurrentPrincipal() { merchantId }: MerchantPrincipal): Promise<SettingsResponse> {
    return this.database.forMerchant(merchantId, async (tx) => toResponse(await getNewest(tx, merchantId)));
  }

  @Put()
  @ApiOperation({
    summary: 'Saves a new version of the rules',
    description: 'Orders already awarded keep the version they were awarded under.',
  })
  @ApiProblems('not-found', 'settings-conflict')
  @ApiOkResponse({ standardSchema: settingsSchema })
  async save(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Body({ schema: settingsInputSchema }) input: z.infer<typeof settingsInputSchema>,
  ): Promise<SettingsResponse> {
    const { merchantId } = principal;
    const now = this.clock.now();
    const saved = await this.database.forMerchant(merchantId, async (tx) => {
      // First, because its row lock makes two savers take turns.
      await raiseSettingsEpoch(tx);
      const newest = await getNewest(tx, merchantId);
      if (newest.version !== input.version) {
        throw new AppError('settings-conflict', undefined, { details: { current: toResponse(newest) } });
      }
      const next = {
        version: newest.version + 1,
        settings: input.settings,
        changed_by: actorOf(principal),
        created_at: now,
      };
      await tx.query(
        'insert into program_settings (merchant_id, version, settings, changed_by, created_at) values ($1, $2, $3, $4, $5)',
        [merchantId, next.version, JSON.stringify(next.settings), next.changed_by, now],
      );
      const payload = { merchantId, version: next.version, changedBy: next.changed_by };
      await publish(tx, [{ merchantId, key: String(merchantId), type: programmeChanged.name, payload }], now);
      return next;
    });
    this.signal.committed();
    return toResponse(saved);
  }
}

async function getNewest(tx: Tx, merchantId: number): Promise<VersionRow> {
  const [row] = await tx.query<VersionRow>(
    'select version, settings, changed_by, created_at from program_settings where merchant_id = $1 order by version desc limit 1',
    [merchantId],
  );
  if (!row) throw new AppError('not-found');
  return row;
}

function toResponse(row: VersionRow): SettingsResponse {
  return {
    version: row.version,
    settings: row.settings,
    changedBy: row.changed_by,
    changedAt: row.created_at.toISOString(),
  };
}
