import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@loyalnest/contracts/proto/grpc/health/v1/health_pb';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';

/** What a gRPC server says of itself, as a balancer asks that knows no secret: 'SERVING', 'NOT_SERVING'. */
export async function rpcHealth(port: number, service = ''): Promise<string | undefined> {
  const client = createClient(Health, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  return ServingStatus[(await client.check({ service })).status];
}
