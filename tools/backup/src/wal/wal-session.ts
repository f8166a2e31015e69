import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@loyalnest/dev/errors';
import pg from 'pg';
import { formatLsn, parseLsn, segmentOf, type Lsn } from '../postgres/lsn.ts';
import { readMessage, statusUpdate } from '../postgres/wal-messages.ts';
import { WalSender } from '../postgres/wal-sender.ts';
import { claimTarget } from '../target/claim.ts';
import { CoverageTracker, writeCoverage } from './coverage.ts';
import { ensureSlot, slotName } from './slot.ts';
import { SegmentQueue } from './segment-queue.ts';
import type { StreamOptions } from './stream-wal.ts';
import { WalStore } from './wal-store.ts';

/** How long a commit waits at most until it is sent: together with the way to the target, the data that a disaster costs. */
const partPauseMs = 1_000;
/** Segments held in memory while the target is slow; the server keeps the rest. */
const fullSegmentsMax = 4;
const probeMs = 5_000;
/** Between two notes of how far the target reaches; that far `--to` may go. */
const coverageMs = 10_000;
/** The server answers each of our messages. One that has been silent for so long is gone, without a word. */
const silenceMaxMs = 60_000;
const retryMinMs = 250;
const retryMaxMs = 5_000;

type Session = { sender: WalSender; probe: pg.Client; timeline: number; segmentBytes: number };

/** One connection's worth of streaming. */
export class WalSession {
  readonly #options: StreamOptions;
  readonly #session: Session;
  readonly #queue: SegmentQueue;
  readonly #store: WalStore;
  #storedLsn: Lsn;
  readonly #coverage = new CoverageTracker();
  #coverageWrittenMs = 0;
  #heardMs = performance.now();
  #isReceiving = true;
  #isStoring = true;
  #wake = () => undefined as void;

  private constructor(options: StreamOptions, session: Session, startLsn: Lsn) {
    const { segmentBytes, timeline } = session;
    this.#options = options;
    this.#session = session;
    this.#storedLsn = startLsn;
    this.#queue = new SegmentQueue({ segment: segmentOf(startLsn, segmentBytes), segmentBytes });
    this.#store = new WalStore({ target: options.target, timeline, segmentBytes });
  }

  /** Returns when the stream was told to stop; throws when the connection is lost, after storing what had arrived. */
  static async run(options: StreamOptions, onStarted: () => void): Promise<void> {
    const sender = await WalSender.connect(options.databaseUrl);
    const probe = new pg.Client({ connectionString: options.databaseUrl, application_name: 'loyalnest-backup' });
    probe.on('error', () => undefined);
    try {
      await probe.connect();
      const [[system] = []] = await sender.query('IDENTIFY_SYSTEM');
      await claimTarget(options.target, String(system?.['systemid']));
      const timeline = Number(system?.['timeline']);
      const { startLsn, segmentBytes } = await ensureSlot({ sender, probe, log: options.log });
      const session = new WalSession(options, { sender, probe, timeline, segmentBytes }, startLsn);
      await session.#storeHistory();
      await session.#run(onStarted);
    } finally {
      sender.close();
      await probe.end().catch(() => undefined);
    }
  }

  async #run(onStarted: () => void): Promise<void> {
    const { signal, log, target } = this.#options;
    const { sender, timeline } = this.#session;
    if (signal.aborted) return;
    const hangUp = () => sender.close();
    signal.addEventListener('abort', hangUp, { once: true });
    const timer = setInterval(() => void this.#probe(), probeMs);
    const receiving = this.#receive(() => {
      onStarted();
      log(`streaming the log from ${formatLsn(this.#queue.receivedLsn)} on timeline ${timeline} to ${target.address}`);
    }).finally(() => {
      this.#isReceiving = false;
      this.#wake();
    });
    // Its failure is looked at below, when what had arrived is stored.
    receiving.catch(() => undefined);
    try {
      await this.#storeAll();
      if (!signal.aborted) await receiving;
      await this.#writeCoverage();
    } finally {
      this.#isStoring = false;
      clearInterval(timer);
      signal.removeEventListener('abort', hangUp);
      sender.close();
    }
  }

  async #receive(onStarted: () => void): Promise<void> {
    const { sender, timeline } = this.#session;
    const from = formatLsn(this.#queue.receivedLsn);
    const stream = sender.copy(`START_REPLICATION SLOT "${slotName}" PHYSICAL ${from} TIMELINE ${timeline}`);
    let isStarted = false;
    for await (const chunk of stream) {
      if (!isStarted) onStarted();
      isStarted = true;
      this.#heardMs = performance.now();
      const message = readMessage(chunk);
      if (message.kind === 'keepalive') {
        if (message.wantsReply) this.#confirm();
        continue;
      }
      this.#queue.push(message.startLsn, message.content);
      this.#wake();
      while (this.#queue.fullCount >= fullSegmentsMax && this.#isStoring) {
        await sleep(partPauseMs / 10);
        this.#heardMs = performance.now();
      }
    }
    // It ends by itself when the server stops, or goes over to another timeline.
    throw Object.assign(new Error('connection ended by the server'), { code: 'ECONNRESET' });
  }

  /** Until nothing more arrives and all that has is safe. */
  async #storeAll(): Promise<void> {
    const { signal, log, target } = this.#options;
    let retryMs = retryMinMs;
    let awaySince: Date | undefined;
    let lastPartMs = -partPauseMs;
    for (;;) {
      const dueMs = lastPartMs + partPauseMs;
      while (this.#isReceiving && this.#queue.fullCount === 0 && performance.now() < dueMs)
        await this.#pause(dueMs - performance.now());
      const part = this.#queue.next();
      if (!part) {
        if (!this.#isReceiving) return;
        await this.#pause(probeMs);
        continue;
      }
      if (!part.isWhole) lastPartMs = performance.now();
      try {
        await this.#store.put(part);
        this.#storedLsn = this.#queue.stored(part);
        this.#confirm();
        await this.#writeCoverage({ pauseMs: coverageMs });
        if (awaySince) log(`${target.address} is back; nothing is missing`);
        awaySince = undefined;
        retryMs = retryMinMs;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        if (!awaySince) log(`${error.message}; the database server keeps the log until it is back`);
        awaySince ??= new Date();
        if (signal.aborted) throw error;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, retryMaxMs);
      }
    }
  }

  async #pause(timeoutMs: number): Promise<void> {
    const timeout = new AbortController();
    const woken = new Promise<void>((settle) => (this.#wake = settle));
    await Promise.race([woken, sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)]);
    timeout.abort();
  }

  /** The server need not keep what lies before this. */
  #confirm(): void {
    this.#session.sender.send(statusUpdate(this.#storedLsn, new Date()));
  }

  /** What the server has at this moment; once that is stored, everything up to this moment is. */
  async #probe(): Promise<void> {
    if (performance.now() - this.#heardMs > silenceMaxMs) this.#session.sender.close();
    try {
      this.#confirm();
      const { rows } = await this.#session.probe.query<{ until: Date; lsn: string }>(
        'select clock_timestamp() as until, pg_current_wal_flush_lsn() as lsn',
      );
      const [row] = rows;
      if (row) this.#coverage.expect({ until: row.until, lsn: parseLsn(row.lsn) });
      this.#wake();
      await this.#writeCoverage({ pauseMs: coverageMs });
    } catch {
      // The stream itself notices when the server is away.
    }
  }

  async #writeCoverage({ pauseMs = 0 } = {}): Promise<void> {
    const reached = this.#coverage.reached(this.#storedLsn);
    if (!reached || performance.now() - this.#coverageWrittenMs < pauseMs) return;
    this.#coverageWrittenMs = performance.now();
    await writeCoverage(this.#options.target, reached);
    this.#coverage.written(reached);
  }

  async #storeHistory(): Promise<void> {
    const { sender, timeline } = this.#session;
    if (timeline > 1) await this.#store.putHistory(await sender.query(`TIMELINE_HISTORY ${timeline}`));
  }
}
