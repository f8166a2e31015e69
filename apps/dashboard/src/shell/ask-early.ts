import type { QueryClient } from '@tanstack/react-query';
import { merchantQuery, rolesQuery } from '../api/merchant.ts';
import { overviewQuery } from '../api/overview.ts';
import { settingsQuery } from '../api/programme.ts';
import { readPeriod } from '../pages/welcome/period.ts';
import { appBridge } from '../shopify/app-bridge.ts';

/** Asks for what the first page needs while its code is still on its way. */
export function askEarly(client: QueryClient, url: URL): void {
  if (!appBridge()) return;
  void client.query(settingsQuery).catch(isShownByPage);
  void client.query(merchantQuery).catch(isShownByPage);
  void client.query(rolesQuery).catch(isShownByPage);
  if (url.pathname === '/') void client.query(overviewQuery(readPeriod(url.searchParams))).catch(isShownByPage);
}

/** The page asks for the same thing, finds the failure, and says so. */
function isShownByPage(): void {}
