import { refuse } from './not-simulated.js';

const MODAL_STYLE = `
dialog { width: min(38rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); padding: 0; border: 0; border-radius: 0.75rem;
  color: inherit; background: #fff; box-shadow: 0 1rem 3rem rgb(0 0 0 / 30%); }
dialog::backdrop { background: rgb(0 0 0 / 50%); }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 1rem; border-bottom: 1px solid #e3e3e3; }
h2 { margin: 0; font: 600 1rem/1.4 system-ui, sans-serif; }
button { font: inherit; min-height: 2rem; padding: 0.25rem 0.75rem; border: 1px solid #8a8a8a; border-radius: 0.5rem; background: #fff; cursor: pointer; }
button.primary { color: #fff; background: #303030; border-color: #303030; }
button:focus-visible { outline: 2px solid #005bd3; outline-offset: 2px; }
footer { display: flex; justify-content: flex-end; gap: 0.5rem; padding: 1rem; border-top: 1px solid #e3e3e3; }
footer:empty { display: none; }
`;

/**
 * `<ui-modal id="…">` with content in the page: shown over the app, not over the whole admin as at Shopify. The buttons of
 * a `<ui-title-bar>` inside it are the modal's.
 */
export function defineModal() {
  class Modal extends HTMLElement {
    /** @type {HTMLDialogElement | undefined} */
    #dialog;

    get variant() {
      return this.getAttribute('variant') ?? 'base';
    }

    async show() {
      if (this.hasAttribute('src')) refuse('<ui-modal src>');
      if (this.#dialog?.open) return;
      this.#dialog ??= this.#build();
      this.toggleAttribute('data-open', true);
      this.#dialog.showModal();
      this.dispatchEvent(new Event('show'));
    }

    async hide() {
      this.#dialog?.close();
    }

    toggle() {
      return this.#dialog?.open ? this.hide() : this.show();
    }

    #build() {
      const root = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(MODAL_STYLE);
      root.adoptedStyleSheets = [sheet];
      const dialog = document.createElement('dialog');
      const bar = this.querySelector('ui-title-bar');
      const title = Object.assign(document.createElement('h2'), { textContent: bar?.getAttribute('title') ?? '' });
      const close = Object.assign(document.createElement('button'), { type: 'button', textContent: '✕' });
      close.ariaLabel = 'Close';
      close.addEventListener('click', () => dialog.close());
      const header = document.createElement('header');
      header.append(title, close);
      const footer = document.createElement('footer');
      footer.append(...[...(bar?.querySelectorAll('button') ?? [])].map(buttonFor));
      dialog.append(header, document.createElement('slot'), footer);
      dialog.ariaLabel = title.textContent;
      dialog.addEventListener('close', () => {
        this.toggleAttribute('data-open', false);
        this.dispatchEvent(new Event('hide'));
      });
      root.append(dialog);
      return dialog;
    }
  }
  customElements.define('ui-modal', Modal);

  const find = (/** @type {string} */ id) => {
    const modal = document.getElementById(id);
    if (modal instanceof Modal) return modal;
    throw new Error(`shopify.modal: there is no <ui-modal id="${id}"> in the page`);
  };
  return {
    show: async (/** @type {string} */ id) => find(id).show(),
    hide: async (/** @type {string} */ id) => find(id).hide(),
    toggle: async (/** @type {string} */ id) => find(id).toggle(),
  };
}

/** @param {HTMLButtonElement} original */
function buttonFor(original) {
  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    textContent: original.textContent,
    disabled: original.disabled,
  });
  if (original.getAttribute('variant') === 'primary') button.className = 'primary';
  button.addEventListener('click', () => original.click());
  return button;
}
