import { createHmac } from 'node:crypto';
import { ConfigError } from '../config/config.ts';

/** Login role of a service: `loyalnest_points`, `loyalnest_admin_core`. It owns nothing and sees its own schema only. */
export function roleName(service: string): string {
  return `loyalnest_${schemaName(service)}`;
}

/** Schema of a service: its name with underscores. */
export function schemaName(service: string): string {
  return service.replaceAll('-', '_');
}

/** Schema of a service's job queue. */
export function jobSchemaName(service: string): string {
  return `${schemaName(service)}_jobs`;
}

/** The role's password follows from the installation's secret, so that no list of passwords has to be kept. */
export function rolePassword(service: string, roleSecret: string): string {
  return createHmac('sha256', roleSecret).update(roleName(service)).digest('hex');
}

/**
 * The address a service connects with: that of `databaseUrl` with the service's own role, whose password follows from the
 * secret. Without a secret the address carries the role's login itself; one of anybody else, such as the owner's, is
 * refused with `ConfigError`, because a service that sees more than its own schema would go unnoticed.
 */
export function serviceDatabaseUrl(options: {
  databaseUrl: string;
  service: string;
  roleSecret: string | undefined;
}): string {
  const { databaseUrl, service, roleSecret } = options;
  const url = new URL(databaseUrl);
  const role = roleName(service);
  if (roleSecret === undefined) {
    if (url.username === role) return databaseUrl;
    throw new ConfigError(`DATABASE_URL: has to log in as ${role} where there is no DATABASE_ROLE_SECRET`);
  }
  url.username = role;
  url.password = rolePassword(service, roleSecret);
  return url.toString();
}
