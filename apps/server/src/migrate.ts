import { join } from 'node:path';
import { ConfigError, loadOwnerConfig } from '@loyalnest/platform/config/config';
import { migrate } from '@loyalnest/platform/database/migrate';

// Brings the database to the schema of this version and ends: what a deployment runs before its services. DATABASE_URL
// names the owner. Several at once wait for each other, and one that finds nothing to do says so.

/** Seen from this file and from the bundle that it ends up in. */
const servicesDir = join(import.meta.dirname, '../../../services');

try {
  const config = loadOwnerConfig(process.env);
  const { applied } = await migrate({
    ownerUrl: config.DATABASE_URL,
    roleSecret: config.DATABASE_ROLE_SECRET,
    servicesDir,
    log: (message) => process.stdout.write(`${message}\n`),
  });
  process.stdout.write(`${applied.length} migrations applied\n`);
} catch (error) {
  const reason = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`cannot migrate: ${reason}\n`);
  process.exitCode = 1;
}
