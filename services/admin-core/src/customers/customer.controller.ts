import {
  customerIdentitiesQuerySchema,
  customerIdentitiesSchema,
  type CustomerIdentity,
} from '@loyalnest/contracts/rest/customers';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CustomerService, type Customer } from './customer.service.ts';

@ApiTags('customers')
@Controller('v1/api/customers')
@UseGuards(MerchantGuard)
export class CustomerController {
  constructor(private readonly customers: CustomerService) {}

  @Get()
  @ApiOperation({
    summary: 'Says who customers are',
    description: 'Customers who were never heard of are left out; those whose data was erased are without it.',
  })
  @ApiOkResponse({ standardSchema: customerIdentitiesSchema })
  async identify(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: customerIdentitiesQuerySchema }) { ids }: z.infer<typeof customerIdentitiesQuerySchema>,
  ): Promise<z.infer<typeof customerIdentitiesSchema>> {
    const customers = await this.customers.listByIds(merchantId, ids);
    return { items: customers.map(toIdentity) };
  }
}

function toIdentity(customer: Customer): CustomerIdentity {
  const { customerId, firstName, lastName, email, phone, createdAt, status } = customer;
  return {
    customerId,
    name: [firstName, lastName].filter((part) => part !== null).join(' ') || null,
    email,
    phone,
    joinedAt: createdAt?.toISOString() ?? null,
    isRedacted: status !== 'active',
  };
}
