import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Whoever reads our output may stop reading (`./dev.sh status | head -1`); that is no reason to fail.
process.stdout.on('error', () => undefined);

// Compiled code is kept between calls, which halves the time until a command begins. It applies to what is imported from
// here on.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/loyalnest/code'));
const { dispatch } = await import('./dispatch.ts');

process.exitCode = await dispatch(process.argv.slice(2));
