import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { eventTracking } from '@loyalnest/event-tracking';
import { run } from '@loyalnest/platform/run';
import { points } from '@loyalnest/points';

await run(auth, adminCore, points, eventTracking);
