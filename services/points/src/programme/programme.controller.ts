import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@loyalnest/contracts/errors';
import { programmeChanged } from '@loyalnest/contracts/events';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { pageQuerySchema } from '@loyalnest/contracts/rest/page';
import { settingsInputSchema, settingsSchema, type SettingsResponse } from '@loyalnest/contracts/rest/points';
import {
  settingsHistoryPageSchema,
  settingsPreviewRequestSchema,
  settingsPreviewSchema,
  type SettingsHistoryPage,
  type SettingsPreview,
} from '@loyalnest/contracts/rest/programme-preview';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { FeatureFlags } from '@loyalnest/platform/flags/feature-flags';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { publish } from '@loyalnest/platform/events/publish';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Body, Controller, Get, HttpCode, Post, Put, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { actorOf } from '../balance/caller.ts';
import { saveExclusions } from '../exclusions/exclusions.repository.ts';
import { ProductExclusions } from '../exclusions/exclusions.service.ts';
import {
  findNewestVersion,
  insertVersion,
  listVersions,
  raiseSettingsEpoch,
  type SettingsVersion,
} from './programme.repository.ts';
import { SettingsPreviews } from './settings-preview.service.ts';

const placeSchema = z.object({ beforeVersion: z.number().int().positive() });

@ApiTags('programme')
@Controller('v1/api/points/settings')
@UseGuards(MerchantGuard)
export class ProgrammeController {
  constructor(
    private readonly database: Database,
    private readonly previews: SettingsPreviews,
    private readonly exclusions: ProductExclusions,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
    private readonly flags: FeatureFlags,
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
    description:
      'Orders already awarded keep the version they were awarded under. Shopify is asked which products excluded tags and collections name.',
  })
  @ApiProblems('not-found', 'settings-conflict', 'shopify-unavailable')
  @ApiOkResponse({ standardSchema: settingsSchema })
  async save(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Body({ schema: settingsInputSchema }) input: z.infer<typeof settingsInputSchema>,
  ): Promise<SettingsResponse> {
    const { merchantId } = principal;
    const exclusions = await this.exclusions.ofSettings(principal, input.settings);
    const now = this.clock.now();
    const saved = await this.database.forMerchant(merchantId, async (tx) => {
      // First, because its row lock makes two savers take turns.
      await raiseSettingsEpoch(tx);
      const newest = await getNewest(tx, merchantId);
      if (isFirstTryOf(newest, { ...input, changedBy: actorOf(principal) })) return newest;
      if (newest.version !== input.version) {
        throw new AppError('settings-conflict', undefined, { details: { current: toResponse(newest) } });
      }
      const version = newest.version + 1;
      const next = { version, settings: input.settings, changedBy: actorOf(principal), changedAt: now };
      await insertVersion(tx, merchantId, next);
      await saveExclusions(tx, merchantId, exclusions, now);
      const payload = { merchantId, version, changedBy: next.changedBy };
      await publish(tx, [{ merchantId, key: String(merchantId), type: programmeChanged.name, payload }], now);
      return next;
    });
    this.signal.committed();
    return toResponse(saved);
  }

  @Get('versions')
  @ApiOperation({ summary: 'Lists all versions of the rules, newest first' })
  @ApiOkResponse({ standardSchema: settingsHistoryPageSchema })
  async versions(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<SettingsHistoryPage> {
    const beforeVersion = decodeCursor(query.cursor, placeSchema)?.beforeVersion ?? null;
    const versions = await this.database.forMerchant(merchantId, (tx) =>
      listVersions(tx, { merchantId, beforeVersion, limit: query.limit + 1 }),
    );
    const items = versions.slice(0, query.limit);
    const last = versions.length > query.limit ? items.at(-1) : undefined;
    return {
      items: items.map(toResponse),
      nextCursor: last ? encodeCursor({ beforeVersion: last.version }) : null,
    };
  }

  @Post('preview')
  @ApiOperation({
    summary: "What rules would have brought over the shop's own orders of the last 90 days",
    description: 'Every order is measured as if it were awarded today, under these rules and under the current ones.',
  })
  @ApiProblems('feature-off', 'not-found', 'overloaded', 'shopify-unavailable')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: settingsPreviewSchema })
  async preview(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Body({ schema: settingsPreviewRequestSchema }) { settings }: z.infer<typeof settingsPreviewRequestSchema>,
  ): Promise<SettingsPreview> {
    if (!this.flags.isOn('programme-preview', principal.merchantId)) throw new AppError('feature-off');
    return this.previews.preview(principal, settings);
  }
}

/**
 * Whether the newest version is what this very save brought before: a proxy sends a PUT again whose answer was lost, and the
 * caller must not be told that somebody else was faster.
 */
function isFirstTryOf(
  newest: SettingsVersion,
  save: { version: number; settings: ProgrammeSettings; changedBy: string },
): boolean {
  // As they are stored: what is absent has no name there.
  const settings = JSON.parse(JSON.stringify(save.settings)) as unknown;
  return (
    newest.version === save.version + 1 &&
    newest.changedBy === save.changedBy &&
    isDeepStrictEqual(newest.settings, settings)
  );
}

async function getNewest(tx: Tx, merchantId: number): Promise<SettingsVersion> {
  const newest = await findNewestVersion(tx, merchantId);
  if (!newest) throw new AppError('not-found');
  return newest;
}

function toResponse({ version, settings, changedBy, changedAt }: SettingsVersion): SettingsResponse {
  return { version, settings, changedBy, changedAt: changedAt.toISOString() };
}
