import { run } from '@loyalnest/platform/run';
import { auth } from './index.ts';

await run(auth);
