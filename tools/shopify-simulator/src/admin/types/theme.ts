import type { Shop } from '../../state/entities.ts';
import { getShop } from '../../state/shop-state.ts';
import { settingsData } from '../../theme/settings-data.ts';
import { gid, hashBelow } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { byId, connect } from '../connection.ts';
import { notSimulated, typed, type Args, type Context, type Resolvers } from '../resolver.ts';

type File = { id: number; filename: string; content: string };

const SETTINGS = 'config/settings_data.json';

/** A shop has one theme, the published one, and of its files the one that says which app embeds are on. */
export const themeTypes: Resolvers = {
  QueryRoot: {
    themes: (_source, args, { state }) => {
      if (args['names']) throw notSimulated('themes names');
      const roles = args['roles'] as string[] | undefined;
      return connect(!roles || roles.includes('MAIN') ? [getShop(state)] : [], args, byId<Shop>());
    },
  },
  OnlineStoreTheme: typed<Shop>({
    id: ({ domain }) => gid('OnlineStoreTheme', 120_000_000_000 + hashBelow(`theme ${domain}`, 1_000_000_000)),
    name: () => 'Nest',
    role: () => 'MAIN',
    createdAt: ({ createdAt }) => utcTime(createdAt),
    files: (shop, args, context) => connect(filesOf(shop, args, context), args, byId<File>()),
  }),
  OnlineStoreThemeFile: typed<File>({
    filename: ({ filename }) => filename,
    contentType: () => 'application/json',
    size: ({ content }) => String(Buffer.byteLength(content)),
    body: ({ content }) => ({ __typename: 'OnlineStoreThemeFileBodyText', content }),
  }),
  OnlineStoreThemeFileBodyText: typed<File>({ content: ({ content }) => content }),
};

function filesOf(shop: Shop, args: Args, { world }: Context): File[] {
  const filenames = args['filenames'] as string[] | undefined;
  const other = filenames ? filenames.find((name) => name !== SETTINGS) : 'all';
  if (other !== undefined) throw notSimulated(`OnlineStoreTheme.files "${other}"`);
  return [{ id: 1, filename: SETTINGS, content: settingsData(world, shop) }];
}
