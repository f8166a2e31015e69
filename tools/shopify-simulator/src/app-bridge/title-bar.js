/** @import { Channel } from './channel.js' */

/**
 * `<ui-title-bar title="…">` with its buttons and links, which the admin shows above the app.
 * @param {Channel} channel
 */
export function defineTitleBar(channel) {
  class TitleBar extends HTMLElement {
    #observer = new MutationObserver(() => this.#tell());
    #isOfPage = false;

    connectedCallback() {
      // A modal's own bar belongs to the modal.
      this.#isOfPage = !this.closest('ui-modal');
      if (!this.#isOfPage) return;
      this.#observer.observe(this, { childList: true, subtree: true, characterData: true, attributes: true });
      queueMicrotask(() => this.#tell());
    }

    disconnectedCallback() {
      this.#observer.disconnect();
      if (this.#isOfPage) channel.tell('titleBar', null);
    }

    #tell() {
      if (!this.isConnected) return;
      const actions = titleBarControls().map((control, index) => ({
        index,
        label: control.textContent.trim(),
        variant: control.getAttribute('variant') ?? '',
        tone: control.getAttribute('tone') ?? '',
        disabled: control.hasAttribute('disabled') || control.hasAttribute('loading'),
      }));
      channel.tell('titleBar', { title: this.getAttribute('title') ?? document.title, actions });
    }
  }
  customElements.define('ui-title-bar', TitleBar);
}

/** @returns {HTMLElement[]} */
export function titleBarControls() {
  return [...document.querySelectorAll('ui-title-bar:not(ui-modal *) :is(button, a)')].filter(
    (control) => control instanceof HTMLElement,
  );
}
