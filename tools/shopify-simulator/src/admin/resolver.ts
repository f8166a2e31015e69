import { GraphQLError } from 'graphql';
import { graphqlDecimal } from '../commerce/money.ts';
import type { Token } from '../state/entities.ts';
import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

export type Context = { world: World; state: ShopState; token: Token };
export type Args = Record<string, unknown>;

/** How the simulated fields of one type are answered. A field that is missing here is not simulated. */
export type TypeResolvers<Source> = Record<string, (source: Source, args: Args, context: Context) => unknown>;
export type Resolver = (source: unknown, args: Args, context: Context) => unknown;
export type Resolvers = Record<string, Record<string, Resolver>>;

/** Forgets the source's type, so that resolvers of different types fit into one table. */
export function typed<Source>(resolvers: TypeResolvers<Source>): Record<string, Resolver> {
  return resolvers as Record<string, Resolver>;
}

/** Fields that are answered with the property of the same name. */
export function properties(...names: string[]): Record<string, Resolver> {
  return Object.fromEntries(names.map((name) => [name, (source) => (source as Record<string, unknown>)[name]]));
}

export function notSimulated(what: string): GraphQLError {
  return new GraphQLError(`${what} is valid in Shopify, but the simulator does not play it.`, {
    extensions: { code: 'NOT_SIMULATED', field: what },
  });
}

export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

export function moneyV2(minor: number, currency: string) {
  return { __typename: 'MoneyV2', amount: graphqlDecimal(minor, currency), currencyCode: currency };
}

export function moneyBag(minor: number, currency: string) {
  const money = moneyV2(minor, currency);
  return { shopMoney: money, presentmentMoney: money };
}

export function userError(field: string[] | null, message: string, code: string | null = null) {
  return { __typename: 'UserError', field, message, code, extraInfo: null, elementIndex: null };
}
