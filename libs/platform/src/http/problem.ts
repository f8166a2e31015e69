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
  const { status, headers, body } = problemAnswer(error);
  void reply.status(status).headers(headers).send(body);
}

/** The answer that tells of an error. */
export function problemAnswer(error: AppError): { status: number; headers: Record<string, string>; body: string } {
  const { status, retryAfterSeconds } = error;
  return {
    status,
    headers: {
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      'content-type': 'application/problem+json; charset=utf-8',
    },
    body: JSON.stringify(toProblem(error)),
  };
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
