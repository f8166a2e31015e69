import { run } from '@loyalnest/platform/run';
import { adminCore } from './index.ts';

await run(adminCore);
