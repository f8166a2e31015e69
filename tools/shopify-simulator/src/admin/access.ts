import { getNamedType, GraphQLError, type GraphQLField } from 'graphql';
import type { AdminSchema } from './schema.ts';
import type { Context } from './resolver.ts';

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'type'>;

/** Refuses a field, as Shopify does, if its own or its type's access scope was not granted. */
export function checkAccess(schema: AdminSchema, parent: string, field: Field, context: Context): void {
  const type = getNamedType(field.type).name.replace(/(Connection|Edge)$/, '');
  const needed = schema.access.get(`${parent}.${field.name}`) ?? schema.access.get(type);
  if (needed) requireScopes(context, needed, field.name);
}

/** One of the scopes is enough; `write_x` includes `read_x`. */
export function requireScopes({ token }: Context, needed: readonly string[], field: string): void {
  if (needed.length === 0 || needed.some((scope) => grants(token.scopes, scope))) return;
  const requiredAccess = `${needed.map((scope) => `\`${scope}\` access scope`).join(' or ')}.`;
  throw new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
    extensions: {
      code: 'ACCESS_DENIED',
      documentation: 'https://shopify.dev/api/usage/access-scopes',
      requiredAccess,
    },
  });
}

export function grants(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || (scope.startsWith('read_') && scopes.includes(scope.replace('read_', 'write_')));
}
