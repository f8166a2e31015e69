import { errorCodes, type AppError, type ErrorCode } from '@loyalnest/contracts/errors';
import type { FastifyReply } from 'fastify';

/** An error as RFC 9457 describes it; `code` is stable. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  [member: string]: unknown;
};

export function sendProblem(reply: FastifyReply, error: AppError): void {
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', error.retryAfterSeconds);
  void reply
    .status(error.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(toProblem(error)));
}

export function toProblem(error: AppError): Problem {
  const { title, status } = errorCodes[error.code];
  return {
    ...error.details,
    type: `urn:loyalnest:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
  };
}
