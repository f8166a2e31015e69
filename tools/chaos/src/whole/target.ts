export const targetNames = ['postgres', 'redis', 'kafka', 'service', 'shopify'] as const;
export type TargetName = (typeof targetNames)[number];

/** Something that the product needs, in front of which stand proxies. */
export type Target = {
  name: TargetName;
  proxies: readonly string[];
  /** Makes the product forget what it has from there, where it would do without for an hour. */
  forget?: () => Promise<void>;
  pids(): readonly number[];
  /** Ends it at once, wherever it is in its work. */
  kill(): Promise<void>;
  /** Resolves when it takes connections again. */
  restart(): Promise<void>;
};
