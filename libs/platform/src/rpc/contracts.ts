import { contracts } from '@loyalnest/contracts/proto/contracts_pb';
import type { DescService } from '@bufbuild/protobuf';

/** Variable with the address of a service: `ADMIN_CORE_RPC_URL`. */
export type RpcUrlName = `${string}_RPC_URL`;

export function rpcUrlName(service: string): RpcUrlName {
  return `${service.replaceAll('-', '_').toUpperCase()}_RPC_URL`;
}

/** Every service that answers a contract. */
export const rpcOwners: readonly string[] = [...new Set(contracts.map(({ owner }) => owner))];

/** The service that answers a contract. */
export function ownerOf(contract: Pick<DescService, 'typeName'>): string {
  const found = contracts.find((one) => one.contract === contract.typeName);
  if (!found) throw new Error(`nobody answers ${contract.typeName}`);
  return found.owner;
}
