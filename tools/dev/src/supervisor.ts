import { describeEnd, type Part } from './part.ts';
import { UserError } from './errors.ts';
import { partNames, type Instance } from './instance.ts';
import { keepLogsBounded } from './logfile.ts';
import { identify, writeState, type State } from './state.ts';

export type End = { kind: 'asked' } | { kind: 'part-ended'; message: string };

/** Holds the running parts of one instance, notices when one ends, and stops them in order. */
export class Supervisor {
  /** Settles when there is a reason to stop. */
  readonly ended: Promise<End>;
  readonly #instance: Instance;
  readonly #parts: Part[] = [];
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
    this.#parts.push(part);
    this.#update({ parts: { ...this.#state?.parts, [part.name]: identify(part.pid) } });
    void part.exited.then((exit) => {
      if (this.#isStopping) return;
      this.#end({ kind: 'part-ended', message: describeEnd(part, exit) });
    });
  }

  update(change: Partial<Pick<State, 'phase' | 'ownerUrl'>>): void {
    this.#update(change);
  }

  /** Throws when there is a reason to stop already. */
  assertAlive(): void {
    if (this.#reason?.kind === 'part-ended') throw new UserError(this.#reason.message);
    if (this.#reason) throw new UserError('stopped');
  }

  /** What was started last ends first: the server lets go of PostgreSQL before that goes. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#logs?.stop();
    const order = this.#parts.splice(0).sort((a, b) => partNames.indexOf(b.name) - partNames.indexOf(a.name));
    for (const part of order) await part.stop();
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
