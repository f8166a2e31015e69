import { ShopifyModule } from '@loyalnest/shopify/shopify.module';
import { shopDirectoryProvider } from '@loyalnest/shopify/shops/shop-directory';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';
import { Module } from '@nestjs/common';
import { AuditPartitionsJob } from './audit/audit-partitions.job.ts';
import { CustomerController } from './customers/customer.controller.ts';
import { CustomerIntake } from './customers/customer-intake.ts';
import { CustomerService } from './customers/customer.service.ts';
import { CustomerWebhooks } from './customers/customer.webhooks.ts';
import { ReencryptionJob } from './encryption/reencryption.job.ts';
import { MerchantController } from './merchants/merchant.controller.ts';
import { MerchantEvents } from './merchants/merchant.events.ts';
import { MerchantRpc } from './merchants/merchant.rpc.ts';
import { MerchantService } from './merchants/merchant.service.ts';
import { MerchantWebhooks } from './merchants/merchant.webhooks.ts';
import { Fulfilment } from './privacy/fulfilment.ts';
import { PrivacyRetryJob } from './privacy/privacy-retry.job.ts';
import { PrivacyService } from './privacy/privacy.service.ts';
import { PrivacyWebhooks } from './privacy/privacy.webhooks.ts';
import { RetentionJob } from './privacy/retention.job.ts';
import { ForgetEventsJob } from './retention/forget-events.job.ts';
import { CustomerSearch } from './search/customer-search.ts';
import { IndexCustomersJob } from './search/index-customers.job.ts';
import { ShopifyWebhooks } from './webhooks/shopify.webhooks.ts';
import { WebhookFailureController } from './webhooks/webhook-failure.controller.ts';
import { WebhookFailures } from './webhooks/webhook-failures.ts';

@Module({
  imports: [ShopifyModule],
  controllers: [CustomerController, MerchantController, WebhookFailureController],
  providers: [
    shopDirectoryProvider,
    AuditPartitionsJob,
    CustomerIntake,
    CustomerSearch,
    CustomerService,
    CustomerWebhooks,
    ForgetEventsJob,
    Fulfilment,
    IndexCustomersJob,
    MerchantEvents,
    MerchantRpc,
    MerchantService,
    MerchantWebhooks,
    PrivacyRetryJob,
    PrivacyService,
    PrivacyWebhooks,
    ReencryptionJob,
    RetentionJob,
    ShopifyWebhooks,
    WebhookFailures,
  ],
})
export class AdminCoreModule {
  constructor(door: WebhookDoor, webhooks: ShopifyWebhooks) {
    door.add(webhooks);
  }
}
