import {
  reportEventsResponseSchema,
  reportEventsSchema,
  type ReportedEvent,
  type ReportEventsResponse,
} from '@loyalnest/contracts/rest/product-events';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EventIntake } from './event-intake.ts';

@ApiTags('events')
@Controller('v1/api/events')
@UseGuards(PrincipalGuard)
export class EventController {
  constructor(private readonly intake: EventIntake) {}

  @Post()
  @ApiOperation({
    summary: 'Takes product events that a page saw',
    description: "Of the merchant's staff, or of a shopper by the app proxy. All or none.",
  })
  @ApiProblems('forbidden')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: reportEventsResponseSchema })
  async report(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: reportEventsSchema }) { events }: { events: ReportedEvent[] },
  ): Promise<ReportEventsResponse> {
    return { recorded: await this.intake.report(principal, events) };
  }
}
