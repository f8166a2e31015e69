import { ShopifyModule } from '@loyalnest/shopify/shopify.module';
import { shopDirectoryProvider } from '@loyalnest/shopify/shops/shop-directory';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';
import { Module } from '@nestjs/common';
import { AccessTokenRpc } from './installation/access-token.rpc.ts';
import { AppWebhooks } from './installation/app.webhooks.ts';
import { Installations } from './installation/installations.ts';
import { OfflineTokens } from './installation/offline-tokens.ts';
import { ReencryptTokens } from './installation/reencrypt-tokens.job.ts';
import { ShopEvents } from './installation/shop.events.ts';
import { ShopifyOAuth } from './installation/shopify-oauth.ts';
import { TokenLeases } from './installation/token-leases.ts';
import { ForgetEvents } from './retention/forget-events.job.ts';
import { RevocationController } from './revocation/revocation.controller.ts';
import { Revocations } from './revocation/revocations.ts';
import { ForgetSignIns } from './sign-in/forget-sign-ins.job.ts';
import { SignInController } from './sign-in/sign-in.controller.ts';
import { SignIns } from './sign-in/sign-ins.ts';

@Module({
  imports: [ShopifyModule],
  controllers: [SignInController, RevocationController],
  providers: [
    shopDirectoryProvider,
    AccessTokenRpc,
    AppWebhooks,
    ForgetEvents,
    ForgetSignIns,
    Installations,
    OfflineTokens,
    ReencryptTokens,
    Revocations,
    ShopEvents,
    ShopifyOAuth,
    SignIns,
    TokenLeases,
  ],
})
export class AuthModule {
  constructor(door: WebhookDoor, app: AppWebhooks) {
    door.add(app);
  }
}
