import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Shopify's mobile app opens an app as a document of its own, not in a frame, and its user agent says so. There the document
 * can be measured by Lighthouse, which looks at the top document only. This plays the App Bridge of that place: the id
 * token is the one in the address, as Shopify puts it there, for as long as it is good.
 */
export class MobileAdmin {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** What Shopify's app adds to the user agent. */
  static readonly agentSuffix = ' Shopify Mobile/Android/9.999.0';

  static async start(): Promise<MobileAdmin> {
    const server = createServer((request, response) => {
      if (request.url !== '/shopifycloud/app-bridge.js') return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=600' });
      response.end(appBridge);
    });
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    return new MobileAdmin(server);
  }

  get appBridgeUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/shopifycloud/app-bridge.js`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((settle) => this.#server.close(settle));
  }
}

const appBridge = `(() => {
  const parameters = new URLSearchParams(location.search);
  const meta = document.querySelector('meta[name="shopify-api-key"]');
  const token = parameters.get('id_token');
  window.shopify = {
    config: {
      apiKey: meta ? meta.content : '',
      shop: parameters.get('shop'),
      host: parameters.get('host'),
      locale: parameters.get('locale'),
    },
    ready: Promise.resolve(),
    environment: { embedded: true, mobile: true, pos: false },
    idToken: async () => token,
    user: async () => ({}),
    loading() {},
    toast: { show() {}, hide() {} },
    saveBar: { async show() {}, async hide() {}, async toggle() {}, async leaveConfirmation() {} },
  };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('ui-nav-menu, ui-save-bar { display: none !important }');
  document.adoptedStyleSheets.push(sheet);
  for (const name of ['ui-nav-menu', 'ui-save-bar']) customElements.define(name, class extends HTMLElement {});
})();
`;
