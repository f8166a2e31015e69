import words from 'virtual:launcher-words';
import styles from './launcher.css?inline';
import { pickLanguage } from './i18n/language.ts';

const tag = 'loyalnest-widget';
const present = 'M4 12v8h16v-8M3 8h18v4H3zM12 8v12M12 8S9.5 3.5 7.5 4.5 8 8 12 8zM12 8s2.5-4.5 4.5-3.5S16 8 12 8z';

const loaderUrl = import.meta.url.replace(/\?.*/, '');
/** The shop's app proxy, from where this script came: `https://shop/apps/loyalnest`. */
const proxyUrl = loaderUrl.replace('/widget/loader.js', '');

/** Until somebody touches it, all there is: a button of its own shadow tree, which asks nothing of anybody. */
class LoyalNestWidget extends HTMLElement {
  static load = () => import('./panel.tsx');

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];

    const language = pickLanguage(localesOfPage(), Object.keys(words));
    const [open, failed] = words[language.language] ?? ['', ''];
    this.lang = language.locale;
    this.dir = language.direction;

    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'launcher';
    button.ariaHasPopup = 'dialog';
    button.append(drawIcon(), Object.assign(document.createElement('span'), { textContent: open }));
    const status = Object.assign(document.createElement('p'), { role: 'status', className: 'failure' });
    root.append(button, status);

    const openPanel = async () => {
      const panel = await LoyalNestWidget.load();
      await panel.openPanel({ root, proxyUrl, language });
    };
    // The press already says what is wanted; the panel is on its way before the finger is up.
    button.addEventListener('pointerdown', () => void LoyalNestWidget.load().catch(() => undefined), { once: true });
    button.addEventListener('click', () => {
      button.ariaBusy = 'true';
      status.textContent = '';
      openPanel()
        .catch(() => renewLoader().then(openPanel))
        .catch(() => (status.textContent = failed))
        .finally(() => (button.ariaBusy = 'false'));
    });
  }
}

/** A loader that the browser has kept may name chunks that a newer version has replaced; today's loader knows today's. */
function renewLoader(): Promise<unknown> {
  return import(/* @vite-ignore */ `${loaderUrl}?at=${Date.now()}`);
}

/** Drawn element by element: pages that ask for trusted types take no HTML from text. */
function drawIcon(): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', present);
  svg.append(path);
  return svg;
}

/** Themes say their language in the document; Shopify says it to scripts. */
function localesOfPage(): string[] {
  const { Shopify } = globalThis as { Shopify?: { locale?: string } };
  return [document.documentElement.lang, Shopify?.locale ?? ''];
}

const defined = customElements.get(tag) as typeof LoyalNestWidget | undefined;
if (defined) {
  // A page that carries the script twice, or asked for it anew, keeps its one launcher.
  defined.load = LoyalNestWidget.load;
} else {
  customElements.define(tag, LoyalNestWidget);
  // An asynchronous script in the head may be faster than the body.
  (document.body ?? document.documentElement).append(document.createElement(tag));
}
