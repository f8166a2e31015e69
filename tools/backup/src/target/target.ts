export type StoredObject = { name: string; bytes: number };

/** Where backups are kept. Names are paths with slashes, relative to the target. */
export type Target = {
  /** For people; nothing secret. */
  address: string;
  /** Whole or not at all, and durable when it resolves. What had the name before is replaced. */
  put(name: string, body: Buffer): Promise<void>;
  /** Undefined when there is none. */
  get(name: string): Promise<Buffer | undefined>;
  /** In the order of their names. */
  list(prefix: string): Promise<StoredObject[]>;
  /** What is not there is no error. */
  remove(names: readonly string[]): Promise<void>;
};
