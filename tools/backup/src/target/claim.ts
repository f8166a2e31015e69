import { UserError } from '@loyalnest/dev/errors';
import { z } from 'zod';
import type { SealedTarget } from './sealed-target.ts';

const claimName = 'database.json';
const claimSchema = z.object({ systemId: z.string() });

/** Two databases in one place would overwrite each other's log: the first one there owns it. */
export async function claimTarget(target: SealedTarget, systemId: string): Promise<void> {
  const content = await target.find(claimName);
  if (!content) {
    await target.put(claimName, Buffer.from(JSON.stringify({ systemId })));
    return;
  }
  const owner = claimSchema.parse(JSON.parse(content.toString('utf8')));
  if (owner.systemId === systemId) return;
  throw new UserError(`${target.address} holds the backups of another database; give this one a place of its own with BACKUP_TARGET`);
}
