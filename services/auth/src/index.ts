import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import type { Service } from '@loyalnest/platform/service';
import { ShopifyMetrics } from '@loyalnest/shopify/shopify-metrics';
import { AuthModule } from './auth.module.ts';
import { AccessTokenRpc } from './installation/access-token.rpc.ts';
import { ShopEvents } from './installation/shop.events.ts';
import { Revocations } from './revocation/revocations.ts';
import { ForgetEvents } from './retention/forget-events.job.ts';
import { ReencryptTokens } from './installation/reencrypt-tokens.job.ts';
import { ForgetSignIns } from './sign-in/forget-sign-ins.job.ts';

/** Installs, the app's tokens at Shopify, people's sign-ins. */
export const auth: Service = {
  name: 'auth',
  module: AuthModule,
  encrypts: true,
  events: [ShopEvents],
  jobs: [ForgetEvents, ForgetSignIns, ReencryptTokens],
  rpc: [AccessTokenRpc],
  calls: [AdminService],
  workers: [Revocations],
  metrics: [ShopifyMetrics],
};
