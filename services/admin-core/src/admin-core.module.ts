import { Database } from '@loyalnest/platform/database/database';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Module } from '@nestjs/common';
import { AuditPartitionsJob } from './audit/audit-partitions.job.ts';
import { MerchantRpc } from './merchants/merchant.rpc.ts';
import { MerchantService } from './merchants/merchant.service.ts';

@Module({
  providers: [
    { provide: ShopDirectory, useFactory: (database: Database) => new ShopDirectory(database), inject: [Database] },
    AuditPartitionsJob,
    MerchantRpc,
    MerchantService,
  ],
})
export class AdminCoreModule {}
