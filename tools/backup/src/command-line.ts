import { explain, UserError } from '@loyalnest/dev/errors';

/** Runs a command to its exit code; what a person can do something about is one line. */
export async function runCommand(folder: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const explained = explain(error, folder);
    if (!(explained instanceof UserError)) throw explained;
    process.stderr.write(`dev.sh: ${explained.message}\n`);
    return explained.exitCode;
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `2026-11-26T21:38:00Z`, or with another offset. */
export function parseMoment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const moment = new Date(text);
  if (isMoment && !Number.isNaN(moment.getTime())) return moment;
  throw new UserError(`--to ${text} is no moment; write it like 2026-11-26T21:38:00Z`, 2);
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
