import { createHash } from 'node:crypto';
import { flagDefaults, type FlagName } from '@loyalnest/contracts/flags';
import { z } from 'zod';

const merchantIds = z.array(z.number().int().positive()).default([]);

const flagSchema = z.strictObject({
  /** Merchants it is on or off for, whatever else is said; off is stronger. */
  on: merchantIds,
  off: merchantIds,
  /** For this part of the merchants it is on, and for the others off. Raised, it adds merchants and takes none away. */
  percentage: z.number().min(0).max(100).optional(),
  /** For all the others where there is no percentage; absent: as `flagDefaults` says. */
  default: z.boolean().optional(),
});

/** `feature-flags.json`. A name that no flag has is refused, because its switch would do nothing. */
export const flagsSchema = z.partialRecord(z.enum(Object.keys(flagDefaults) as [FlagName, ...FlagName[]]), flagSchema);

export type Flags = z.infer<typeof flagsSchema>;

export function isOnFor(flags: Flags, name: FlagName, merchantId: number): boolean {
  const flag = flags[name];
  if (!flag) return flagDefaults[name];
  if (flag.off.includes(merchantId)) return false;
  if (flag.on.includes(merchantId)) return true;
  if (flag.percentage !== undefined) return placeOf(name, merchantId) < flag.percentage;
  return flag.default ?? flagDefaults[name];
}

/**
 * Where a merchant stands between 0 and 100, the same in every process and at every time. The name is part of it, so that
 * it is not the same merchants who are first to get everything.
 */
function placeOf(name: FlagName, merchantId: number): number {
  const hash = createHash('sha256').update(`${name}/${merchantId}`).digest();
  return (hash.readUInt32BE(0) / 0x1_0000_0000) * 100;
}
