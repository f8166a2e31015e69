import { run } from '@loyalnest/platform/run';
import { points } from './index.ts';

await run(points);
