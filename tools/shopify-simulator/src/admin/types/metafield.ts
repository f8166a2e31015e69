import { createHash } from 'node:crypto';
import type { Metafield } from '../../state/entities.ts';
import { findGidNumber, gid, parseGid } from '../../time/ids.ts';
import { utcTime, wholeSecond } from '../../time/shop-time.ts';
import { byId, connect } from '../connection.ts';
import { properties, typed, userError, type Args, type Context, type Resolvers } from '../resolver.ts';
import { requireScopes } from '../access.ts';

type Owner = { ownerType: string; ownerId: number };

/** One call sets at most so many. */
const SET_MAX = 25;
const OWNER_SCOPES: Record<string, string[]> = {
  Order: ['write_orders'],
  Customer: ['write_customers'],
  Product: ['write_products'],
  DiscountCodeNode: ['write_discounts'],
};

export const metafieldTypes: Resolvers = {
  Mutation: { metafieldsSet: setMetafields, metafieldsDelete: deleteMetafields },
  Metafield: typed<Metafield>({
    id: ({ id }) => gid('Metafield', id),
    legacyResourceId: ({ id }) => String(id),
    namespace: ({ namespace }) => namespace,
    key: ({ key }) => key,
    type: ({ type }) => type,
    value: ({ value }) => value,
    jsonValue: ({ type, value }) =>
      type === 'json' || /^(number|boolean|list)/.test(type) ? JSON.parse(value) : value,
    compareDigest: (metafield) => digestOf(metafield),
    ownerType: ({ ownerType }) => ownerType.replace('CodeNode', '').toUpperCase(),
    sizeInBytes: ({ value }) => Buffer.byteLength(value),
    createdAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
  }),
  MetafieldsSetPayload: properties('metafields', 'userErrors'),
  MetafieldsSetUserError: properties('field', 'message', 'code', 'elementIndex'),
  MetafieldsDeletePayload: properties('deletedMetafields', 'userErrors'),
  MetafieldIdentifier: properties('ownerId', 'namespace', 'key'),
};

export function metafieldOf({ world, state }: Context, owner: Owner, args: Args): Metafield | null {
  const namespace = fullNamespace(args['namespace'], world.clientId);
  return state.metafields.find(keyOf(owner, namespace, String(args['key']))) ?? null;
}

export function metafieldsOf({ world, state }: Context, owner: Owner, args: Args) {
  const namespace = args['namespace'] ? fullNamespace(args['namespace'], world.clientId) : undefined;
  const keys = args['keys'] as string[] | undefined;
  const own = [...state.metafields.values()].filter(
    (metafield) =>
      metafield.ownerType === owner.ownerType &&
      metafield.ownerId === owner.ownerId &&
      (namespace === undefined || metafield.namespace === namespace) &&
      (!keys || keys.includes(`${metafield.namespace}.${metafield.key}`)),
  );
  return connect(own, args, byId<Metafield>());
}

type SetInput = {
  ownerId: string;
  namespace?: string;
  key: string;
  type?: string;
  value: string;
  compareDigest?: string | null;
};

/** All are set, or none and the errors say why. */
function setMetafields(_source: unknown, args: Args, context: Context) {
  const { world, state } = context;
  const inputs = args['metafields'] as SetInput[];
  if (inputs.length > SET_MAX) {
    const message = `Exceeded the maximum metafields input limit of ${SET_MAX}.`;
    return { metafields: null, userErrors: [userError(['metafields'], message, 'LESS_THAN_OR_EQUAL_TO')] };
  }
  const now = wholeSecond(world.clock.now());
  const checked = inputs.map((input, index) => checkInput(context, input, index));
  const errors = checked.flatMap(({ error }) => (error ? [error] : []));
  if (errors.length > 0) return { metafields: null, userErrors: errors };

  const metafields = checked.map(({ owner, namespace, input, old }) =>
    state.metafields.set(keyOf(owner, namespace, input.key), {
      id: old?.id ?? world.store.nextId(),
      ...owner,
      namespace,
      key: input.key,
      type: input.type ?? old?.type ?? '',
      value: input.value,
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
    }),
  );
  return { metafields, userErrors: [] };
}

function checkInput(context: Context, input: SetInput, index: number) {
  const { state, world } = context;
  const owner = ownerOf(context, input.ownerId);
  const namespace = fullNamespace(input.namespace, world.clientId);
  const old = owner && state.metafields.find(keyOf(owner, namespace, input.key));
  const fail = (field: string, message: string, code: string) => {
    const error = { ...userError(['metafields', String(index), field], message, code), elementIndex: null };
    return { owner: owner as Owner, namespace, input, old, error };
  };
  if (!owner) return fail('ownerId', 'Owner does not exist.', 'INVALID');
  requireScopes(context, OWNER_SCOPES[owner.ownerType] ?? [], 'metafieldsSet');
  if (!input.type && !old) return fail('type', "can't be blank", 'BLANK');
  if (input.type && old && input.type !== old.type) return fail('type', 'type cannot be changed', 'INVALID_TYPE');
  if (input.value === '') return fail('value', 'may not be empty', 'BLANK');
  if (input.compareDigest !== undefined && input.compareDigest !== (old ? digestOf(old) : null)) {
    return fail('compareDigest', 'The resource has been updated since it was loaded.', 'STALE_OBJECT');
  }
  if (!fitsType(input.type ?? old?.type ?? '', input.value)) {
    return fail('value', `Value is not a valid ${input.type ?? old?.type}.`, 'INVALID_VALUE');
  }
  return { owner, namespace, input, old, error: undefined };
}

function deleteMetafields(_source: unknown, args: Args, context: Context) {
  const { state, world } = context;
  const deletedMetafields = (args['metafields'] as { ownerId: string; namespace: string; key: string }[]).map(
    (wanted) => {
      const owner = ownerOf(context, wanted.ownerId);
      if (!owner) return null;
      requireScopes(context, OWNER_SCOPES[owner.ownerType] ?? [], 'metafieldsDelete');
      const namespace = fullNamespace(wanted.namespace, world.clientId);
      return state.metafields.delete(keyOf(owner, namespace, wanted.key)) ? { ...wanted, namespace } : null;
    },
  );
  return { deletedMetafields, userErrors: [] };
}

function ownerOf({ state }: Context, ownerId: string): Owner | undefined {
  const parsed = parseGid(ownerId);
  if (!parsed) return undefined;
  const { type: ownerType, id } = parsed;
  const known =
    (ownerType === 'Order' && state.orders.has(id)) ||
    (ownerType === 'Customer' && state.customers.has(id)) ||
    (ownerType === 'Product' && state.products.has(id)) ||
    (ownerType === 'DiscountCodeNode' && state.discounts.has(id)) ||
    (ownerType === 'Shop' && state.shops.find(state.domain)?.id === id) ||
    (ownerType === 'AppInstallation' &&
      findGidNumber(ownerId, ownerType) === state.shops.find(state.domain)?.installation?.id);
  return known ? { ownerType, ownerId: id } : undefined;
}

/** `$app` and no namespace at all stand for the namespace that only this app may use. */
function fullNamespace(namespace: unknown, clientId: string): string {
  const reserved = `app--${clientId}`;
  if (typeof namespace !== 'string' || namespace === '$app') return reserved;
  return namespace.startsWith('$app:') ? `${reserved}--${namespace.slice(5)}` : namespace;
}

function keyOf({ ownerType, ownerId }: Owner, namespace: string, key: string): string {
  return `${ownerType}/${ownerId}/${namespace}/${key}`;
}

function digestOf(metafield: Metafield): string {
  return createHash('sha256').update(metafield.value).digest('hex');
}

function fitsType(type: string, value: string): boolean {
  if (type === 'number_integer') return /^-?\d+$/.test(value);
  if (type === 'number_decimal') return /^-?\d+(\.\d+)?$/.test(value);
  if (type === 'boolean') return value === 'true' || value === 'false';
  if (type !== 'json' && !type.startsWith('list.')) return true;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
