import type { Service } from '@loyalnest/platform/service';
import { AdminCoreModule } from './admin-core.module.ts';
import { AuditPartitionsJob } from './audit/audit-partitions.job.ts';
import { MerchantRpc } from './merchants/merchant.rpc.ts';

/** Merchants, customers and their personal data, privacy requests, the audit log. */
export const adminCore: Service = {
  name: 'admin-core',
  module: AdminCoreModule,
  encrypts: true,
  jobs: [AuditPartitionsJob],
  rpc: [MerchantRpc],
};
