/** The address without the owner's name and password: services come with roles of their own. */
export function withoutCredentials(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = '';
  url.password = '';
  return url.toString();
}

/** For people: where the database is, and nothing secret. */
export function describeAddress(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `${hostname}:${port || '5432'}${pathname}`;
}
