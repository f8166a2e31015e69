import { describeAddress } from '@loyalnest/dev/database-url';
import { UserError } from '@loyalnest/dev/errors';
import pg from 'pg';

const insufficientPrivilege = '42501';
const objectInUse = '55006';

/** What a refusal of the database server means to the person who backs it up. */
export function explainServer(error: unknown, databaseUrl: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const address = describeAddress(databaseUrl);
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof pg.DatabaseError) return new UserError(reason(error, address), 1, { cause: error });
  const isConnection = /^(ECONN|ENOTFOUND|EHOST|ETIMEDOUT|EPIPE|EAI_)/.test(code ?? '');
  if (isConnection || /connection (terminated|ended|timeout)|timeout expired/i.test(error.message))
    return new UserError(`the PostgreSQL at ${address} is away: ${code ?? error.message}`, 1, { cause: error });
  return error;
}

function reason(error: pg.DatabaseError, address: string): string {
  if (
    error.code === insufficientPrivilege ||
    /must be .*superuser or replication|replication attribute/i.test(error.message)
  )
    return `the user of the database at ${address} may not copy it: ${error.message}; alter role … replication`;
  if (error.code === objectInUse)
    return `somebody streams the log of the PostgreSQL at ${address} already: ${error.message}`;
  return `the PostgreSQL at ${address} refuses: ${error.message}`;
}
