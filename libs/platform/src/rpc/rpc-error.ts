import { AppError, errorCodes, type ErrorCode } from '@loyalnest/contracts/errors';
import { Code, ConnectError } from '@connectrpc/connect';

const codeHeader = 'error-code';
const retryAfterHeader = 'retry-after-seconds';

const codeByStatus: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  409: Code.AlreadyExists,
  422: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  503: Code.Unavailable,
};

/** An `AppError` as it travels: the gRPC status of its HTTP status, and its code in the metadata `error-code`. */
export function toRpcError(error: AppError): ConnectError {
  const metadata = {
    [codeHeader]: error.code,
    ...(error.retryAfterSeconds === undefined ? {} : { [retryAfterHeader]: String(error.retryAfterSeconds) }),
  };
  return new ConnectError(error.message, codeByStatus[error.status] ?? Code.Internal, metadata, undefined, error);
}

/**
 * What a failed call means to the caller: the `AppError` that the other side threw, with its code, or `overloaded` when
 * no answer came in time. Anything else is a fault of ours and stays what it is.
 */
export function fromRpcError(error: unknown): unknown {
  const { metadata, rawMessage } = ConnectError.from(error);
  const errorCode = metadata.get(codeHeader) ?? '';
  if (Object.hasOwn(errorCodes, errorCode)) {
    const retryAfterSeconds = Number(metadata.get(retryAfterHeader));
    return new AppError(errorCode as ErrorCode, rawMessage, {
      cause: error,
      ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    });
  }
  return isAway(error) ? new AppError('overloaded', undefined, { cause: error, retryAfterSeconds: 2 }) : error;
}

/** Whether nobody answered, or not in time. An `AppError` of the other side is an answer, whatever its status. */
export function isAway(error: unknown): boolean {
  const { code, metadata } = ConnectError.from(error);
  return (code === Code.Unavailable || code === Code.DeadlineExceeded) && !metadata.has(codeHeader);
}
