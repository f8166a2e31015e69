import { run } from '@loyalnest/platform/run';
import { eventTracking } from './index.ts';

await run(eventTracking);
