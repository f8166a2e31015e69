import {
  pointsAdjusted,
  pointsApproved,
  pointsClawedBack,
  pointsEarned,
  pointsExpired,
  pointsHeld,
  pointsMigrated,
  pointsRedeemed,
  pointsReleased,
  pointsRestored,
  pointsVoided,
} from '@loyalnest/contracts/events';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import type { Balance, Transfer, TransferKind } from './transfer.ts';

const typeOf: Readonly<Record<TransferKind, string>> = {
  earn: pointsEarned.name,
  approve: pointsApproved.name,
  void: pointsVoided.name,
  clawback: pointsClawedBack.name,
  hold: pointsHeld.name,
  capture: pointsRedeemed.name,
  release: pointsReleased.name,
  restore: pointsRestored.name,
  expire: pointsExpired.name,
  adjust: pointsAdjusted.name,
  migrate: pointsMigrated.name,
};

/** Which kind of transfer an event tells of. */
export const transferTypes = Object.entries(typeOf).map(([kind, type]) => ({ kind: kind as TransferKind, type }));

/** The event that tells of a transfer, with the balance the transaction left behind. */
export function transferEvent(transfer: Transfer, balance: Balance): NewEvent {
  return {
    merchantId: transfer.merchantId,
    key: customerEventKey(transfer),
    type: typeOf[transfer.kind],
    payload: {
      merchantId: transfer.merchantId,
      customerId: transfer.customerId,
      transferId: transfer.transferId,
      points: transfer.points,
      orderId: transfer.orderId,
      redemptionId: transfer.redemptionId,
      businessKey: transfer.businessKey,
      pending: balance.pending,
      available: balance.available,
      held: balance.held,
    },
  };
}

/** Events of one customer keep their order. */
export function customerEventKey(of: { merchantId: number; customerId: number }): string {
  return `${of.merchantId}/${of.customerId}`;
}
