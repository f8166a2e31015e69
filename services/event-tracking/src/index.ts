import type { Service } from '@loyalnest/platform/service';
import { EventTrackingModule } from './event-tracking.module.ts';
import { ForgetReportedIdsJob } from './intake/forget-reported-ids.job.ts';
import { PostHogSender } from './posthog/posthog-sender.ts';
import { ProjectionEvents } from './projection/projection.events.ts';
import { RecordPartitionsJob } from './record/record-partitions.job.ts';
import { ForgetEventsJob } from './retention/forget-events.job.ts';
import { ShopEvents } from './shops/shop.events.ts';

/** Product events: a local record, and PostHog when it is configured. */
export const eventTracking: Service = {
  name: 'event-tracking',
  module: EventTrackingModule,
  encrypts: true,
  reads: ['POSTHOG_HOST', 'POSTHOG_KEY'],
  // Erasure first: of one batch, what is to be forgotten is forgotten before the rest is recorded.
  events: [ShopEvents, ProjectionEvents],
  jobs: [ForgetEventsJob, ForgetReportedIdsJob, RecordPartitionsJob],
  workers: [PostHogSender],
};
