import { ensureGoProgram } from '@loyalnest/dev/go-program';
import type { Progress } from '@loyalnest/dev/progress';
import { findProgram } from '@loyalnest/platform/local-servers/system-program';

const k6 = { name: 'k6', module: 'go.k6.io/k6@v1.8.1' };

/** k6: the one on the path, or one that is built with Go once per user, which takes some minutes. Throws `UserError`. */
export async function ensureK6(progress: Progress): Promise<string> {
  return findProgram('k6') ?? ensureGoProgram(k6, () => progress.begin('building k6, once'));
}
