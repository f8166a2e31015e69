import type { Exit } from '@loyalnest/platform/database/embedded';
import { describeEnd, type Part } from './part.ts';
import { UserError } from './errors.ts';
import type { Instance } from './instance.ts';
import { keepLogsBounded } from './logfile.ts';
import { identify, writeState, type State } from './state.ts';

/** More often within that time is no accident. */
const restartsMax = 5;
const restartWindowMs = 60_000;

export type End = { kind: 'asked' } | { kind: 'part-ended'; message: string };

/** Holds the running parts of one instance, notices when one ends, and stops them in order. */
export class Supervisor {
  /** Settles when there is a reason to stop. */
  readonly ended: Promise<End>;
  readonly #instance: Instance;
  readonly #parts: Part[] = [];
  /** Restarts that are under way. */
  readonly #restarts = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #end: (end: End) => void;
  #reason: End | undefined;
  #state: State | undefined;
  #isStopping = false;
  #logs: { stop(): void } | undefined;

  constructor(instance: Instance) {
    this.#instance = instance;
    const { promise, resolve } = Promise.withResolvers<End>();
    this.ended = promise;
    this.#end = (end) => {
      this.#reason ??= end;
      this.#abort.abort();
      resolve(end);
    };
  }

  /** Aborted when there is a reason to stop; for work that can be given up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A start that has failed already need not go on. */
  giveUp(): void {
    this.#abort.abort();
  }

  get isAsked(): boolean {
    return this.#reason?.kind === 'asked';
  }

  /** Ctrl-C, `down`, or a closed terminal. Asked twice, we leave at once; the parts end with us. */
  watchSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.isAsked && signal === 'SIGINT') process.exit(1);
        this.#end({ kind: 'asked' });
      });
    }
  }

  begin(state: Omit<State, 'phase' | 'parts'>): void {
    this.#logs = keepLogsBounded(this.#instance.paths.logs);
    this.#record({ ...state, phase: 'starting', parts: {} });
  }

  add(part: Part): void {
    this.#hold(part);
    void part.exited.then((exit) => {
      if (this.#isStopping) return;
      this.#end({ kind: 'part-ended', message: describeEnd(part, exit) });
    });
  }

  /**
   * Starts a part, and starts it again whenever it ends by itself: another process of the service goes on meanwhile, and
   * whoever ends one on purpose gets a new one. What ends again and again is a reason to stop.
   */
  async keep(start: () => Promise<Part>): Promise<void> {
    const starts: number[] = [];
    const launch = async (): Promise<void> => {
      starts.push(Date.now());
      const part = await start();
      // Whoever was started while everything stops is nobody's part any more.
      if (this.#isStopping) return part.stop();
      this.#hold(part);
      void part.exited.then((exit) => {
        const restart = this.#restart(part, { exit, starts, launch });
        this.#restarts.add(restart);
        void restart.finally(() => this.#restarts.delete(restart));
      });
    };
    await launch();
  }

  async #restart(
    part: Part,
    how: { exit: Exit; starts: readonly number[]; launch: () => Promise<void> },
  ): Promise<void> {
    if (this.#isStopping) return;
    this.#parts.splice(this.#parts.indexOf(part), 1);
    const message = describeEnd(part, how.exit);
    const recent = how.starts.filter((startedMs) => Date.now() - startedMs < restartWindowMs);
    if (recent.length > restartsMax) return this.#end({ kind: 'part-ended', message });
    try {
      await how.launch();
    } catch (error) {
      if (!this.#isStopping) this.#end({ kind: 'part-ended', message: `${message}; ${(error as Error).message}` });
    }
  }

  #hold(part: Part): void {
    const version = part.version === undefined ? {} : { version: part.version };
    this.#parts.push(part);
    this.#update({ parts: { ...this.#state?.parts, [part.name]: { ...identify(part.pid), ...version } } });
  }

  update(change: Partial<Pick<State, 'phase' | 'ownerUrl' | 'stores'>>): void {
    this.#update(change);
  }

  /** Throws when there is a reason to stop already. */
  assertAlive(): void {
    if (this.#reason?.kind === 'part-ended') throw new UserError(this.#reason.message);
    if (this.#reason) throw new UserError('stopped');
  }

  /** Who asks ends before who answers: a service lets go of PostgreSQL before that goes. Equals end at the same time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.giveUp();
    this.#logs?.stop();
    // What is being started again is in no list of ours yet.
    await Promise.all(this.#restarts);
    const groups = Object.groupBy(this.#parts.splice(0), ({ name }) => layerOf(name));
    for (const layer of layers) await Promise.all((groups[layer] ?? []).map((part) => part.stop()));
    this.#update({ phase: 'stopped', parts: {} });
  }

  #update(change: Partial<State>): void {
    if (this.#state) this.#record({ ...this.#state, ...change });
  }

  #record(state: State): void {
    this.#state = state;
    try {
      writeState(this.#instance, state);
    } catch (error) {
      // With the disk full or the folder gone, stopping must still work.
      if (!this.#isStopping) throw error;
    }
  }
}

/** In the order in which they end. */
const layers = ['front', 'services', 'Shopify', 'stores'] as const;

function layerOf(name: string): (typeof layers)[number] {
  if (name === 'nginx') return 'front';
  if (name === 'simulator') return 'Shopify';
  return /^(postgres|kafka|redis)/.test(name) ? 'stores' : 'services';
}
