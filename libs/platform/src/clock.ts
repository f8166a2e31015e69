/** The one source of the present moment; tests hand in their own. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

/** A clock that stands still until it is told to move. */
export class ManualClock extends Clock {
  #now: Date;

  constructor(start: Date | string) {
    super();
    this.#now = new Date(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(durationMs: number): void {
    this.#now = new Date(this.#now.getTime() + durationMs);
  }

  set(moment: Date | string): void {
    this.#now = new Date(moment);
  }
}
