import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@loyalnest/contracts/proto/grpc/health/v1/health_pb';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';

/** Answers for every contract of the router alike: they share the process. */
export function addRpcHealth(router: ConnectRouter, isServing: () => Promise<boolean>): void {
  const contracts = new Set(router.handlers.map(({ service }) => service.typeName)).add('').add(Health.typeName);
  router.service(Health, {
    async check({ service }) {
      if (!contracts.has(service)) throw new ConnectError('not served here', Code.NotFound);
      return { status: (await isServing()) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
    },
  });
}
