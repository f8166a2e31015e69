/** Tells the relays of this process that a transaction with events was committed, so that they need not wait to look. */
export class OutboxSignal {
  readonly #listeners: (() => void)[] = [];

  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  committed(): void {
    for (const listener of this.#listeners) listener();
  }
}
