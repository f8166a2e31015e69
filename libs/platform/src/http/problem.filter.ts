import { STATUS_CODES } from 'node:http';
import { AppError, type ErrorCode } from '@loyalnest/contracts/errors';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRetryable, overloaded, toPassing } from '../database/database.ts';
import type { Logger } from '../telemetry/logger.ts';
import { tagsOf } from '../telemetry/request-tags.ts';
import { sendProblem } from './problem.ts';

/** Turns whatever was thrown into problem+json. What is not meant for the caller is logged and stays here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const error = toAppError(thrown);
    logFailure(this.#logger, error, http.getRequest<FastifyRequest>());
    sendProblem(reply, error);
  }
}

/** Notes an error that is not the caller's. An address without its query tells nothing of anybody. */
export function logFailure(
  logger: Logger,
  error: AppError,
  request: { url: string; method: string; principal?: object | undefined },
): void {
  if (error.status < 500) return;
  const path = request.url.split('?', 1)[0];
  const line = { err: error.cause ?? error, method: request.method, path, ...tagsOf(request) };
  logger[error.status === 503 ? 'warn' : 'error'](line, error.code);
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'overloaded',
};

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const passing = toPassing(thrown);
  if (passing) return passing;
  if (isRetryable(thrown)) return overloaded(thrown);
  const status = httpStatus(thrown);
  if (status !== undefined && status < 500) {
    const code = codeByStatus[status] ?? 'invalid-request';
    return new AppError(code, status === 404 ? undefined : (thrown as Error).message || STATUS_CODES[status]);
  }
  return new AppError('internal', undefined, { cause: thrown });
}

function httpStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}
