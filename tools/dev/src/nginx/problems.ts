import { AppError, type ErrorCode } from '@loyalnest/contracts/errors';
import { toProblem } from '@loyalnest/platform/http/problem';
import { securityHeaders } from '@loyalnest/platform/http/security-headers';

/** What nginx answers by itself, by the status it would give, in the words of services. */
const pages: Readonly<Record<string, ErrorCode>> = {
  403: 'forbidden',
  404: 'not-found',
  413: 'body-too-large',
  429: 'too-many-requests',
  '500 502 503 504': 'overloaded',
};

const retryAfterSeconds = 2;

/** Problems as services write them, so that callers meet one kind of error. What services answer passes as it is. */
export function problemPages(): string {
  return Object.entries(pages)
    .map(([statuses, code]) => page(statuses, new AppError(code)))
    .join('\n');
}

function page(statuses: string, error: AppError): string {
  const isLater = error.status === 503 || error.status === 429;
  const headers = { ...securityHeaders, ...(isLater ? { 'retry-after': String(retryAfterSeconds) } : {}) };
  return `    error_page ${statuses} =${error.status} @${error.code};
    location @${error.code} {
      default_type "application/problem+json; charset=utf-8";
${Object.entries(headers)
  .map(([name, value]) => `      add_header ${name} ${value} always;`)
  .join('\n')}
      return ${error.status} ${quoted(JSON.stringify(toProblem(error)))};
    }`;
}

/** As a string of nginx's: a quote would end it, and a dollar would begin a variable. */
function quoted(text: string): string {
  if (text.includes('$')) throw new Error(`nginx cannot say ${text}`);
  return `'${text.replaceAll("'", String.raw`\'`)}'`;
}
