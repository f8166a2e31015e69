import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import { Turns } from '../turns/turns.ts';
import { Findings } from './findings.ts';
import { claimProof, saveProofs } from './proof.repository.ts';
import { onSnapshot } from './snapshot.ts';
import { checkAll } from './verify-ledger.ts';

/** A proof compares whole tables: one at a time leaves the machine to orders. */
const proofsAtOnce = 1;
const proofsWaitingMax = 20;

/** Proves one shop's ledger when its merchant asks, once at a time, and keeps what it found as the nightly proof does. */
@Injectable()
export class ShopProofs {
  readonly #turns = new Turns({ atOnceMax: proofsAtOnce, waitingMax: proofsWaitingMax });
  readonly #running = new Map<number, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /**
   * Resolves when the proof is kept; who asks while one runs waits for that one. Throws `request-in-progress` when another
   * process runs it, `overloaded` when too many shops wait.
   */
  prove(merchantId: number, actor: string): Promise<void> {
    const running = this.#running.get(merchantId);
    if (running) return running;
    const proof = this.proveInTurn(merchantId, actor).finally(() => this.#running.delete(merchantId));
    this.#running.set(merchantId, proof);
    return proof;
  }

  private async proveInTurn(merchantId: number, actor: string): Promise<void> {
    const outcome = await this.#turns.take(() => this.proveNow(merchantId, actor));
    if (outcome === undefined) throw new AppError('overloaded', undefined, { retryAfterSeconds: 30 });
    if (outcome === 'runs-elsewhere') {
      throw new AppError('request-in-progress', 'The ledger is being checked already', { retryAfterSeconds: 5 });
    }
  }

  private async proveNow(merchantId: number, actor: string): Promise<'proved' | 'runs-elsewhere'> {
    const now = this.clock.now();
    const findings = new Findings([merchantId]);
    const isMine = await onSnapshot(this.database, [merchantId], async (tx) => {
      if (!(await claimProof(tx, merchantId))) return false;
      await checkAll(tx, [merchantId], { findings, now });
      return true;
    });
    if (!isMine) return 'runs-elsewhere';
    await this.database.forMerchant(merchantId, (tx) => saveProofs(tx, findings, now));
    const { ok, differences } = findings.total();
    this.logger[ok ? 'info' : 'error']({ merchantId, actor, differences: differences.length }, 'the ledger was proved');
    return 'proved';
  }
}
