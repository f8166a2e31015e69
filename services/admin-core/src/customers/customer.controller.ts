import {
  customerIdentitiesQuerySchema,
  customerIdentitiesSchema,
  customerSearchPageSchema,
  customerSearchQuerySchema,
  type CustomerIdentity,
  type CustomerSearchPage,
} from '@loyalnest/contracts/rest/customers';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CustomerSearch } from '../search/customer-search.ts';
import { CustomerService, type Customer } from './customer.service.ts';

const placeSchema = z.object({ before: z.number().int() });

@ApiTags('customers')
@Controller('v1/api/customers')
@UseGuards(MerchantGuard)
export class CustomerController {
  constructor(
    private readonly customers: CustomerService,
    private readonly customerSearch: CustomerSearch,
  ) {}

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

  @Get('search')
  @ApiOperation({
    summary: 'Finds customers by e-mail, phone or name, newest first',
    description:
      'Whole e-mail addresses and phone numbers, or words of at least two letters that names and addresses begin with. A page may be shorter than asked although more follow.',
  })
  @ApiOkResponse({ standardSchema: customerSearchPageSchema })
  async search(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: customerSearchQuerySchema }) query: z.infer<typeof customerSearchQuerySchema>,
  ): Promise<CustomerSearchPage> {
    const before = decodeCursor(query.cursor, placeSchema)?.before;
    const page = await this.customerSearch.search({ merchantId, text: query.q, before, limit: query.limit });
    return {
      items: page.customers.map(toIdentity),
      nextCursor: page.next === undefined ? null : encodeCursor({ before: page.next }),
    };
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
