import { shopDirectoryProvider } from '@loyalnest/shopify/shops/shop-directory';
import { ShopifyModule } from '@loyalnest/shopify/shopify.module';
import { Module } from '@nestjs/common';
import { EventController } from './intake/event.controller.ts';
import { EventIntake } from './intake/event-intake.ts';
import { ForgetReportedIdsJob } from './intake/forget-reported-ids.job.ts';
import { PostHogSender } from './posthog/posthog-sender.ts';
import { ProjectionEvents } from './projection/projection.events.ts';
import { RecordPartitionsJob } from './record/record-partitions.job.ts';
import { ForgetEventsJob } from './retention/forget-events.job.ts';
import { ShopEvents } from './shops/shop.events.ts';

@Module({
  imports: [ShopifyModule],
  controllers: [EventController],
  providers: [
    shopDirectoryProvider,
    EventIntake,
    ForgetEventsJob,
    ForgetReportedIdsJob,
    PostHogSender,
    ProjectionEvents,
    RecordPartitionsJob,
    ShopEvents,
  ],
})
export class EventTrackingModule {}
