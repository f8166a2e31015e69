import type { Service } from '@loyalnest/platform/service';
import { ShopifyMetrics } from '@loyalnest/shopify/shopify-metrics';
import { AdminCoreModule } from './admin-core.module.ts';
import { AuditPartitionsJob } from './audit/audit-partitions.job.ts';
import { ReencryptionJob } from './encryption/reencryption.job.ts';
import { MerchantEvents } from './merchants/merchant.events.ts';
import { MerchantRpc } from './merchants/merchant.rpc.ts';
import { PrivacyRetryJob } from './privacy/privacy-retry.job.ts';
import { RetentionJob } from './privacy/retention.job.ts';
import { ForgetEventsJob } from './retention/forget-events.job.ts';
import { IndexCustomersJob } from './search/index-customers.job.ts';

/** Merchants, customers and their personal data, privacy requests, the audit log. */
export const adminCore: Service = {
  name: 'admin-core',
  module: AdminCoreModule,
  encrypts: true,
  events: [MerchantEvents],
  jobs: [AuditPartitionsJob, ForgetEventsJob, IndexCustomersJob, PrivacyRetryJob, ReencryptionJob, RetentionJob],
  rpc: [MerchantRpc],
  metrics: [ShopifyMetrics],
};
