import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { Health } from '@loyalnest/contracts/proto/grpc/health/v1/health_pb';
import {
  Code,
  ConnectError,
  type ConnectRouterOptions,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import { watchReceived } from '../telemetry/calls.ts';
import { keepDeadline } from './deadline.ts';
import { toRpcError } from './rpc-error.ts';

/** What gRPC takes by default everywhere else; no message of ours comes near. */
export const messageBytesMax = 4 * 1024 * 1024;

/** What services show each other when they call: follows from the installation's secret. */
export function rpcToken(secret: string): string {
  return createHmac('sha256', secret).update('loyalnest rpc').digest('hex');
}

/** How calls are answered, the same in the process and over a network. */
export function serverOptions(secret: string): ConnectRouterOptions {
  return {
    requestGate: refuseStrangers(secret),
    interceptors: [watchReceived, keepDeadline, mapErrors],
    readMaxBytes: messageBytesMax,
    writeMaxBytes: messageBytesMax,
  };
}

/** Before anything of the message is read. How the process is may be asked by anybody. */
function refuseStrangers(secret: string): (context: HandlerContext) => void {
  const expected = Buffer.from(`Bearer ${rpcToken(secret)}`);
  return ({ service, requestHeader }) => {
    if (service.typeName === Health.typeName) return;
    const given = Buffer.from(requestHeader.get('authorization') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new ConnectError('sign in first', Code.Unauthenticated);
    }
  };
}

const mapErrors: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    throw error instanceof AppError ? toRpcError(error) : error;
  }
};
