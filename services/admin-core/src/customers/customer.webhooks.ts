import { Injectable } from '@nestjs/common';
import type { Notice, TopicProcessor } from '../webhooks/notice.ts';
import { CustomerIntake } from './customer-intake.ts';
import { CustomerService } from './customer.service.ts';
import { readCustomer, readDeletedCustomer, readMerge } from './shopify-customer.ts';

/** Customers as Shopify tells of them. */
@Injectable()
export class CustomerWebhooks implements TopicProcessor {
  readonly topics = ['customers/create', 'customers/update', 'customers/delete', 'customers/merge'];

  constructor(
    private readonly intake: CustomerIntake,
    private readonly customers: CustomerService,
  ) {}

  async process(notice: Notice): Promise<void> {
    const { merchantId, topic } = notice;
    if (topic === 'customers/delete') {
      await this.customers.remove({ merchantId, customerId: readDeletedCustomer(notice), status: 'deleted' });
    } else if (topic === 'customers/merge') {
      await this.merge(notice);
    } else {
      const { customerId, news, profile } = readCustomer(notice);
      await this.intake.submit({ merchantId, customerId }, news, profile);
    }
  }

  private async merge(notice: Notice): Promise<void> {
    const merge = readMerge(notice);
    if (!merge) return;
    const { merchantId } = notice;
    await this.customers.remove({ merchantId, customerId: merge.mergedId, status: 'merged', keptId: merge.keptId });
  }
}
