import { join } from 'node:path';
import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { eventTracking } from '@loyalnest/event-tracking';
import { runAll } from '@loyalnest/platform/run';
import { points } from '@loyalnest/points';
import { dashboardFolder, dashboardPages } from './dashboard-pages.ts';

/** Where the build of `apps/widget` lies, seen from this file and from the bundle that it ends up in. */
const widgetFolder = join(import.meta.dirname, '../../widget/dist');

await runAll([auth, adminCore, points, eventTracking], { pages: dashboardPages(dashboardFolder), widgetFolder });
