/**
 * Every feature flag, and whether it is on where nobody has said otherwise (`feature-flags.json`). A flag goes again when
 * its feature is everybody's; one that stays is a switch for a day when something has to be spared.
 */
export const flagDefaults = {
  /** What changed rules would have cost on past orders: reads up to 20,000 orders for each look. */
  'programme-preview': true,
} as const satisfies Record<string, boolean>;

export type FlagName = keyof typeof flagDefaults;
