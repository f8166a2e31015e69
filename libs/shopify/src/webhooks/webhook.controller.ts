import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WebhookDoor, type WebhookRequest } from './webhook-door.ts';

type RawRequest = { headers: WebhookRequest['headers']; body: unknown };

const noBody = Buffer.alloc(0);

/** Where Shopify delivers. Takes the request as it is: parameter pipes would cost more than the rest of the way. */
@ApiExcludeController()
@Controller('webhooks/shopify')
export class WebhookController {
  constructor(private readonly door: WebhookDoor) {}

  @Post()
  @HttpCode(200)
  receive(@Req() { headers, body }: RawRequest): Promise<void> {
    return this.door.receive({ headers, rawBody: Buffer.isBuffer(body) ? body : noBody });
  }
}
