import { pieceBytesMax } from '../seal/seal.ts';
import type { SealedTarget } from '../target/sealed-target.ts';

/** Pieces that are compressed and sent at the same time: enough to use two cores, few enough for the memory. */
const underWayMax = 3;

/** Cuts a stream into pieces and stores them. The first that cannot be stored fails the next call. */
export class PieceWriter {
  readonly #target: SealedTarget;
  readonly #nameOf: (piece: number) => string;
  #filling = Buffer.allocUnsafe(pieceBytesMax);
  #filled = 0;
  #pieces = 0;
  #storedBytes = 0;
  #underWay = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  bytes = 0;

  constructor(target: SealedTarget, nameOf: (piece: number) => string) {
    this.#target = target;
    this.#nameOf = nameOf;
  }

  async write(chunk: Buffer): Promise<void> {
    let at = 0;
    while (at < chunk.length) {
      const copied = chunk.copy(this.#filling, this.#filled, at);
      at += copied;
      this.#filled += copied;
      this.bytes += copied;
      if (this.#filled === pieceBytesMax) await this.#send();
    }
    if (this.#failure) throw this.#failure.error;
  }

  async end(): Promise<{ pieces: number; storedBytes: number }> {
    if (this.#filled > 0) await this.#send();
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    return { pieces: this.#pieces, storedBytes: this.#storedBytes };
  }

  /** Waits for what is under way, however it ends: nothing is stored any more when this resolves. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(): Promise<void> {
    const name = this.#nameOf(this.#pieces);
    const piece = this.#filling.subarray(0, this.#filled);
    this.#pieces += 1;
    this.#filling = Buffer.allocUnsafe(pieceBytesMax);
    this.#filled = 0;
    const work: Promise<void> = this.#target
      .put(name, piece)
      .then((stored) => {
        this.#storedBytes += stored;
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    if (this.#underWay.size >= underWayMax) await Promise.race(this.#underWay);
  }
}
