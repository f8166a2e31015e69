import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import type {
  MemberPanel,
  MemberReward,
  ProgrammeResponse,
  StorefrontResponse,
} from '@loyalnest/contracts/rest/storefront';
import type { Update } from '../src/live/connection.ts';

export const customerId = 7;

export function aReward(changes: Partial<MemberReward> = {}): MemberReward {
  return {
    rewardId: 1,
    name: '5 EUR off',
    kind: 'fixed_amount',
    points: 500,
    amountMinor: 500,
    minimumSpendMinor: 0,
    validDays: null,
    isAffordable: false,
    missingPoints: 400,
    ...changes,
  };
}

export function aTransfer(changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    transferId: 1,
    at: '2026-11-01T10:00:00.000Z',
    kind: 'earn',
    from: 'issued',
    to: 'available',
    points: 37,
    shortfall: 0,
    orderId: 1042,
    orderName: '#1042',
    redemptionId: null,
    ruleVersion: 1,
    reversesTransferId: null,
    reason: null,
    actor: 'shopify',
    earnedBy: null,
    undoneBy: null,
    ...changes,
  };
}

export function anUpdate(
  changes: { transferId?: number; position?: string; available?: number; of?: number } = {},
): Update {
  const { transferId = 2, position = 'p2', available = 137, of = customerId } = changes;
  return {
    type: 'update',
    position,
    transfer: { ...aTransfer({ transferId }), customerId: of },
    balance: { customerId: of, pending: 0, available, held: 0 },
  };
}

export function aProgramme(changes: Partial<ProgrammeResponse> = {}): ProgrammeResponse {
  return {
    isOn: true,
    currency: 'EUR',
    pointsName: { en: { one: 'point', other: 'points' } },
    purchase: { kind: 'rate', rate: '1' },
    earnsWhen: 'paid',
    approvalDays: 0,
    signupPoints: 200,
    expiresAfterMonths: null,
    rewards: [],
    ...changes,
  };
}

export function aMember(changes: Partial<MemberPanel> = {}): MemberPanel {
  return {
    customerId,
    balance: { customerId, pending: 0, available: 100, held: 0, nextExpiry: null },
    pending: [],
    expiring: [],
    codes: [],
    rewards: [aReward()],
    history: { items: [aTransfer()], nextCursor: null },
    ...changes,
  };
}

export function aStorefront(member: MemberPanel | null = aMember()): StorefrontResponse {
  return { programme: aProgramme(), member, streamPosition: 'p1' };
}
