import type { StageResult } from './stage.ts';

const nameWidth = 28;

/** One line for each stage; what it has to say only when it fails. */
export function printStage({ name, isPassed, durationMs, note, output }: StageResult): void {
  const duration = `${(durationMs / 1_000).toFixed(1)} s`.padStart(8);
  process.stdout.write(`${isPassed ? '✓' : '✗'} ${name.padEnd(nameWidth)}${duration}${note ? `   ${note}` : ''}\n`);
  if (!isPassed) process.stdout.write(`${indent(output)}\n`);
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
