/** @import { Channel } from './channel.js' */
import { refuse } from './not-simulated.js';

/**
 * `<ui-save-bar id="…">`: its button with `variant="primary"` saves, the other one discards. The admin shows the bar and
 * clicks the app's buttons.
 * @param {Channel} channel
 */
export function defineSaveBar(channel) {
  class SaveBar extends HTMLElement {
    #observer = new MutationObserver(() => {
      if (this.showing) void this.#tell();
    });
    #showing = false;

    get showing() {
      return this.#showing;
    }

    get discardConfirmation() {
      return this.hasAttribute('discardconfirmation');
    }

    set discardConfirmation(value) {
      this.toggleAttribute('discardconfirmation', value);
    }

    connectedCallback() {
      this.#observer.observe(this, { childList: true, subtree: true, characterData: true, attributes: true });
    }

    disconnectedCallback() {
      this.#observer.disconnect();
      void this.hide();
    }

    async show() {
      if (this.#showing) return;
      this.#showing = true;
      await this.#tell();
      this.dispatchEvent(new Event('show'));
    }

    async hide() {
      if (!this.#showing) return;
      this.#showing = false;
      await channel.ask('saveBar.hide', { id: this.id });
      this.dispatchEvent(new Event('hide'));
    }

    /** The merchant has given the changes up; the admin has hidden the bar. */
    leave() {
      this.#showing = false;
      this.dispatchEvent(new Event('hide'));
    }

    toggle() {
      return this.#showing ? this.hide() : this.show();
    }

    /** @param {'save' | 'discard'} which */
    press(which) {
      this.#button(which)?.click();
    }

    #tell() {
      return channel.ask('saveBar.show', {
        id: this.id,
        discardConfirmation: this.discardConfirmation,
        save: describe(this.#button('save')),
        discard: describe(this.#button('discard')),
      });
    }

    /** @param {'save' | 'discard'} which */
    #button(which) {
      return [...this.querySelectorAll('button')].find(
        (button) => (button.getAttribute('variant') === 'primary') === (which === 'save'),
      );
    }
  }
  customElements.define('ui-save-bar', SaveBar);

  const find = (/** @type {string} */ id) => {
    const bar = document.getElementById(id);
    return bar instanceof SaveBar ? bar : undefined;
  };
  const get = (/** @type {string} */ id) => {
    const bar = find(id);
    if (!bar) throw new Error(`shopify.saveBar: there is no <ui-save-bar id="${id}"> in the page`);
    return bar;
  };

  // A form of this kind has a bar of its own; without it here, nothing would be saved and nobody would notice.
  document.addEventListener('input', ({ target }) => {
    const form = target instanceof Element ? target.closest('form[data-save-bar]') : null;
    if (form) refuse('<form data-save-bar>');
  });

  return {
    find,
    api: {
      show: async (/** @type {string} */ id) => get(id).show(),
      // A bar that has left the page is hidden already.
      hide: async (/** @type {string} */ id) => find(id)?.hide(),
      toggle: async (/** @type {string} */ id) => get(id).toggle(),
      /** Resolves when the merchant may leave, and never if they stay. */
      leaveConfirmation: async () => {
        if (!(await channel.ask('leaveConfirmation'))) await new Promise(() => undefined);
      },
    },
  };
}

/** @param {HTMLButtonElement | undefined} button */
function describe(button) {
  if (!button) return null;
  const loading = button.getAttribute('loading');
  return {
    label: button.textContent.trim(),
    disabled: button.disabled,
    loading: loading !== null && loading !== 'false',
  };
}
