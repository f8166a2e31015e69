import { decimal } from '../../commerce/money.ts';
import type { Product } from '../../state/entities.ts';
import { getShop } from '../../state/shop-state.ts';
import { findGidNumber, gid, hashBelow } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { byId, connect, sortedItems, type SortBy } from '../connection.ts';
import { notSimulated, typed, type Resolvers } from '../resolver.ts';
import { listField, numberField, searchTest, textField, timeField, type SearchFields } from '../search.ts';
import { metafieldOf, metafieldsOf } from './metafield.ts';

const SORTS: Record<string, SortBy<Product>> = {
  ID: byId(),
  TITLE: { name: 'TITLE', value: ({ title }) => title.toLowerCase(), id: ({ id }) => id },
  UPDATED_AT: { name: 'UPDATED_AT', value: ({ updatedAt }) => updatedAt, id: ({ id }) => id },
};

const SEARCH: SearchFields<Product> = {
  id: numberField(({ id }) => id),
  title: textField(({ title }) => title),
  handle: textField(({ handle }) => handle),
  tag: listField(({ tags }) => tags),
  collection_id: listField(({ collections }) => collections.map((title) => String(collected(title).id))),
  vendor: textField(({ vendor }) => vendor),
  product_type: textField(({ productType }) => productType),
  updated_at: timeField(({ updatedAt }) => updatedAt),
};

type Collected = { id: number; title: string };

export const productTypes: Resolvers = {
  QueryRoot: {
    product: (_source, args, { state }) =>
      state.products.find(findGidNumber(String(args['id']), 'Product') ?? 0) ?? null,
    products: (_source, args, { state }) => {
      const sort = SORTS[args['sortKey'] as string];
      if (!sort) throw notSimulated(`products sort key ${String(args['sortKey'])}`);
      return connect(
        sortedItems(state.products, sort).filter(searchTest(args['query'], SEARCH, 'products')),
        args,
        sort,
      );
    },
  },
  Product: typed<Product>({
    id: ({ id }) => gid('Product', id),
    legacyResourceId: ({ id }) => String(id),
    title: ({ title }) => title,
    handle: ({ handle }) => handle,
    description: ({ description }) => description,
    vendor: ({ vendor }) => vendor,
    productType: ({ productType }) => productType,
    status: () => 'ACTIVE',
    isGiftCard: ({ giftCard }) => giftCard,
    tags: ({ tags }) => tags,
    createdAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
    collections: ({ collections }, args) => connect(collections.map(collected), args, byId<Collected>()),
    variants: (product, args) => connect([product], args, byId<Product>()),
    metafield: ({ id }, args, context) => metafieldOf(context, { ownerType: 'Product', ownerId: id }, args),
    metafields: ({ id }, args, context) => metafieldsOf(context, { ownerType: 'Product', ownerId: id }, args),
  }),
  ProductVariant: typed<Product>({
    id: ({ variantId }) => gid('ProductVariant', variantId),
    legacyResourceId: ({ variantId }) => String(variantId),
    title: () => 'Default Title',
    displayName: ({ title }) => `${title} - Default Title`,
    sku: ({ sku }) => sku,
    price: ({ priceMinor }, _args, { state }) => decimal(priceMinor, getShop(state).currency),
    product: (product) => product,
  }),
  Collection: typed<Collected>({
    id: ({ id }) => gid('Collection', id),
    title: ({ title }) => title,
    handle: ({ title }) => title.toLowerCase().replaceAll(' ', '-'),
  }),
};

/** Collections are only names on products; their ids depend on nothing else. */
function collected(title: string): Collected {
  return { id: 300_000_000_000 + hashBelow(title, 1_000_000_000), title };
}
