import { html, raw, type Html } from '../storefront/html.ts';
import { changeShop, getShop, type ShopState } from '../state/shop-state.ts';
import { isInstalled, type World } from '../world.ts';

type Query = Record<string, string | undefined>;

/**
 * The theme editor's list of app embeds. As at Shopify, a deep link (`activateAppId={client id}/{block}`) switches the block
 * on in the editor, and nothing is changed before the merchant saves.
 */
export function themeEditorPage(world: World, state: ShopState, query: Query): Html {
  const { embed, name } = world.toml;
  if (!embed || !isInstalled(state))
    return html`<h1>App embeds</h1>
      <div class="card">No app has an embed.</div>`;
  const asked = query['activateAppId'];
  if (asked !== undefined && asked !== `${world.clientId}/${embed.block}`) {
    return html`<h1>App embeds</h1>
      <div class="card alert" role="alert">App embed does not exist</div>`;
  }
  const isOn = asked !== undefined || getShop(state).embed?.enabled === true;
  return html`<h1>App embeds</h1>
    <form class="card" method="post">
      <p>
        <label><input type="checkbox" name="enabled" ${isOn ? raw('checked') : ''} /> ${name}: ${embed.block}</label>
      </p>
      <button>Save</button>
    </form>`;
}

export function saveThemeEditor(state: ShopState, form: Query): void {
  changeShop(state, { embed: { enabled: form['enabled'] !== undefined } });
}
