import type { QueryClient } from '@tanstack/react-query';
import { merchantQuery, rolesQuery } from '../api/merchant.ts';
import { overviewQuery } from '../api/overview.ts';
import { settingsQuery } from '../api/programme.ts';
import { readPeriod } from '../pages/welcome/period.ts';
import { appBridge } from '../shopify/app-bridge.ts';

/** Asks for what the first page needs while its code is still on its way. */
export function askEarly(client: QueryClient, url: URL): void {
  if (!appBridge()) return;
  void client.prefetchQuery(settingsQuery);
  void client.prefetchQuery(merchantQuery);
  void client.prefetchQuery(rolesQuery);
  if (url.pathname === '/') void client.prefetchQuery(overviewQuery(readPeriod(url.searchParams)));
}
