import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/** Enough to notice a door that answers too early; `./dev.sh crash-test --rounds 200` looks longer. */
const rounds = 10;

/** Kills a server and a PostgreSQL of its own under load: nothing that was acknowledged may be gone. */
export async function checkCrashes(): Promise<Outcome> {
  const { exitCode, output } = await runNode('tools/load/src/crash-test.ts', ['--rounds', String(rounds), '--json']);
  return { isPassed: exitCode === 0, output, ...noteOf(output) };
}

/** The last line is the result, unless the program did not get that far. */
function noteOf(output: string): { note?: string } {
  try {
    const { acknowledged } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { acknowledged: number };
    return { note: `${acknowledged} deliveries acknowledged in ${rounds} rounds` };
  } catch {
    return {};
  }
}
