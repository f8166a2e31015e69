import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import type { Worker } from '@loyalnest/platform/service';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { RevokedTokens, type RevokedToken } from '@loyalnest/shopify/revoked-tokens';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { endSignIns, listRevoked, type EndedSignIns, type Ending } from '../sign-in/sign-in.repository.ts';

/** How soon this process hears what another one revoked, where they share no Redis; and how soon that is told what it missed. */
const pollMs = 5_000;
/** A revocation may be committed this long after the moment it carries; looking back finds it. */
const overlapMs = 30_000;

/** Ends sign-ins, and keeps the list of revoked tokens of this process as it is in the database. */
@Injectable()
export class Revocations implements Worker, OnModuleInit {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private since = new Date(0);
  private isBehind = false;

  constructor(
    private readonly database: Database,
    private readonly list: RevokedTokens,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Ends sign-ins in the caller's transaction; what it returns is announced after the commit. */
  end(tx: Tx, ending: Ending): Promise<EndedSignIns> {
    return endSignIns(tx, ending);
  }

  /** The list counts from now on in this process, and in all others that share one. */
  async announce(revoked: readonly RevokedToken[]): Promise<void> {
    const outcome = await this.list.add(revoked, this.clock.now());
    // Whoever could not be told, and may come back having forgotten what he knew, is told everything with the next look.
    if (outcome === 'away') this.isBehind = true;
  }

  /** Before the first request: a revoked token stays revoked across a restart. */
  onModuleInit(): Promise<void> {
    return this.read();
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.poll().finally(() => (this.running = undefined));
    }, pollMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async poll(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.logger.warn({ err: error }, 'revoked tokens not read; trying again');
    }
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    const since = this.isBehind ? new Date(0) : this.since;
    const revoked = await this.database.forNoMerchant((tx) => listRevoked(tx, { since, now }));
    this.isBehind = false;
    await this.announce(revoked);
    this.list.prune(now);
    this.since = new Date(now.getTime() - overlapMs);
  }
}
