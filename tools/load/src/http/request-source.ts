/** Writes one request after another, each ready to be sent. */
export type RequestSource = {
  bytesMax: number;
  /** Writes the next request to the start of `target` and returns its length. */
  next(target: Buffer): number;
};
