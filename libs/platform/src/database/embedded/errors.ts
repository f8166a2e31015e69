export type EmbeddedPostgresProblem =
  'port-taken' | 'disk-full' | 'data-folder' | 'already-running' | 'orphans' | 'not-supported' | 'failed';

/** The message is one line that a person can act on. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly problem: EmbeddedPostgresProblem;

  constructor(problem: EmbeddedPostgresProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }

  /** What a failed operation on `folder` means to the person who started it. */
  static from(error: unknown, folder: string): EmbeddedPostgresError {
    if (error instanceof EmbeddedPostgresError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === '53100') return diskFull(folder, error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
      return new EmbeddedPostgresError('data-folder', `${folder} cannot be used: ${message}`, { cause: error });
    }
    if (code === '28P01') {
      const text = `the owner's password kept in ${folder} is not the one that PostgreSQL knows`;
      return new EmbeddedPostgresError('data-folder', text, { cause: error });
    }
    return new EmbeddedPostgresError('failed', `PostgreSQL does not start: ${message}`, { cause: error });
  }
}

/** Finds the reason in what PostgreSQL or initdb wrote before it gave up. */
export function explainLog(output: string, context: { folder: string; fallback: string }): EmbeddedPostgresError {
  if (/no space left on device|disk quota exceeded|wrote only \d+ of \d+ bytes|check free disk space/i.test(output))
    return diskFull(context.folder);
  if (/address already in use/i.test(output)) return new EmbeddedPostgresError('port-taken', 'the port is taken');
  const reason = /(?:FATAL|PANIC|initdb: error|postgres): +(.+)/.exec(output)?.[1];
  if (reason?.startsWith('pre-existing shared memory block')) {
    const text = `processes of an earlier PostgreSQL still use ${context.folder}; end them first`;
    return new EmbeddedPostgresError('orphans', text);
  }
  if (!reason) return new EmbeddedPostgresError('failed', context.fallback);
  const detail = /DETAIL: +(.+)/.exec(output)?.[1];
  const text = `PostgreSQL cannot use ${context.folder}: ${reason}${detail ? ` (${detail})` : ''}`;
  return new EmbeddedPostgresError('data-folder', text);
}

function diskFull(folder: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError('disk-full', `the disk that holds ${folder} is full`, { cause });
}
