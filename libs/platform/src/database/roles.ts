import { createHmac } from 'node:crypto';

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

/** The address a service connects with: that of `databaseUrl`, with the service's own role. */
export function serviceDatabaseUrl(options: { databaseUrl: string; service: string; roleSecret: string }): string {
  const url = new URL(options.databaseUrl);
  url.username = roleName(options.service);
  url.password = rolePassword(options.service, options.roleSecret);
  return url.toString();
}
