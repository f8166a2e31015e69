import { LocalServerError } from '@loyalnest/platform/local-servers/system-program';
import { EmbeddedPostgresError } from '@loyalnest/platform/database/embedded/errors';

/** Ends the program with one line that says what is wrong and what to do. Exit code 2 means: called wrongly. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What a server of this machine cannot do is said to whoever typed the command. */
export async function orExplain<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    throw error instanceof LocalServerError ? new UserError(error.message, 1, { cause: error }) : error;
  }
}

/** Turns what the system refuses into a line for a person; anything else is a defect and stays as it is. */
export function explain(error: unknown, folder: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (error instanceof EmbeddedPostgresError) return new UserError(error.message, 1, { cause: error });
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UserError(
      `no permission: ${message}; run as the owner of ${folder}, or set LOYALNEST_HOME to a folder of your own`,
    );
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') return new UserError(`${folder} cannot hold our data: ${message}`);
  return error;
}

function diskFull(folder: string): UserError {
  return new UserError(
    `the disk that holds ${folder} is full; free some space, or set LOYALNEST_HOME to a folder on another disk`,
  );
}
