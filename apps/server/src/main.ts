import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { eventTracking } from '@loyalnest/event-tracking';
import { runAll } from '@loyalnest/platform/run';
import { points } from '@loyalnest/points';
import { dashboardFolder, dashboardPages } from './dashboard-pages.ts';

await runAll([auth, adminCore, points, eventTracking], { pages: dashboardPages(dashboardFolder) });
