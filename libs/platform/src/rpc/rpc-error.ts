import { AppError, errorCodes, type ErrorCode } from '@loyalnest/contracts/errors';
import { Code, ConnectError } from '@connectrpc/connect';

/**
 * What a failed call means to the caller: the `AppError` that the other side threw, with its code, or `overloaded` when
 * no answer came in time. Anything else is a fault of ours and stays what it is.
 */
export function fromRpcError(error: unknown): unknown {
  const { code, metadata, rawMessage } = ConnectError.from(error);
  const errorCode = metadata.get('error-code') ?? '';
  if (Object.hasOwn(errorCodes, errorCode)) return new AppError(errorCode as ErrorCode, rawMessage, { cause: error });
  const isAway = code === Code.Unavailable || code === Code.DeadlineExceeded;
  return isAway ? new AppError('overloaded', undefined, { cause: error, retryAfterSeconds: 2 }) : error;
}
