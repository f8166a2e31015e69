import { run } from '@loyalnest/platform/run';
import { points } from '@loyalnest/points';

await run(points);
