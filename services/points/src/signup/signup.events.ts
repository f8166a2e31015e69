import { customerCreated } from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { Injectable } from '@nestjs/common';
import type { Entry } from '../ledger/book.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { addMonths, type Programme } from '../orders/order-plan.ts';
import { findBeginnings, findProgrammes } from '../programme/programme.repository.ts';

/** Clocks differ, and news of an account may be on its way while the shop installs the app. */
const graceMs = 24 * 60 * 60_000;

/**
 * A new account earns what the programme says at the time the ledger hears of it, once. An account that is older than the
 * programme is not new, whenever the ledger hears of it.
 */
@Injectable()
export class SignupEvents implements EventHandler {
  readonly types = [customerCreated.name];

  constructor(
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    const now = this.clock.now();
    const signups = events.map(({ payload }) => customerCreated.schema.parse(payload));
    const byMerchant = Map.groupBy(signups, ({ merchantId }) => merchantId);
    const merchantIds = [...byMerchant.keys()];
    const programmes = await findProgrammes(tx, merchantIds);
    const beginnings = await findBeginnings(tx, merchantIds);
    for (const [merchantId, customers] of byMerchant) {
      const programme = programmes.get(merchantId);
      if (!programme) throw new Error(`merchant ${merchantId} has no programme`);
      const begunMs = (beginnings.get(merchantId)?.getTime() ?? 0) - graceMs;
      const fresh = customers.filter(({ createdAt }) => !(Date.parse(createdAt) < begunMs));
      const entries = fresh.flatMap(({ customerId }) => signupAward(customerId, programme, now));
      await this.ledger.post(tx, merchantId, entries, now);
    }
  }
}

function signupAward(customerId: number, { settings, version }: Programme, now: Date): Entry[] {
  const { isOn, signup, expiry } = settings;
  if (!isOn || !signup.isOn || signup.points === 0) return [];
  return [
    {
      kind: 'earn',
      to: 'available',
      customerId,
      points: signup.points,
      businessKey: `signup/${customerId}`,
      ruleVersion: version,
      reason: 'Signup',
      actor: 'shopify',
      earnedAt: now,
      expiresAt: addMonths(now, expiry.afterMonths),
    },
  ];
}
