import { confirmLoss } from './leave-dialog.js';

/** @typedef {{ label: string, disabled: boolean, loading: boolean } | null} BarButton */
/** @typedef {{ id: string, discardConfirmation: boolean, save: BarButton, discard: BarButton }} Bar */

/**
 * The bar with unsaved changes, in place of the top bar. While it shows, nobody leaves without being asked.
 * @param {{ press: (id: string, which: 'save' | 'discard') => void, onLeft: (id: string) => void }} events
 */
export function createContextualBar({ press, onLeft }) {
  const place = /** @type {HTMLElement} */ (document.getElementById('save-bar'));
  const save = /** @type {HTMLButtonElement} */ (place.querySelector('[data-which="save"]'));
  const discard = /** @type {HTMLButtonElement} */ (place.querySelector('[data-which="discard"]'));
  /** @type {Bar | undefined} */
  let shown;

  save.addEventListener('click', () => shown && press(shown.id, 'save'));
  discard.addEventListener('click', () => void discardChanges());
  addEventListener('beforeunload', (event) => {
    if (shown) event.preventDefault();
  });

  const discardChanges = async () => {
    const bar = shown;
    if (!bar) return;
    const isSure =
      !bar.discardConfirmation ||
      (await confirmLoss({
        title: 'Discard all unsaved changes',
        text: 'If you discard changes, you’ll delete any edits you made since you last saved.',
        stay: 'Continue editing',
        leave: 'Discard changes',
      }));
    if (isSure) press(bar.id, 'discard');
  };

  const hide = () => {
    shown = undefined;
    place.hidden = true;
  };

  return {
    reset: hide,
    isShown: () => shown !== undefined,
    show: (/** @type {Bar} */ bar) => {
      shown = bar;
      dress(save, bar.save, 'Save');
      dress(discard, bar.discard, 'Discard');
      place.hidden = false;
    },
    hide: (/** @type {{ id: string }} */ { id }) => {
      if (shown?.id === id) hide();
    },
    /** True when nothing would be lost, or the merchant agrees to it. */
    mayLeave: async () => {
      if (!shown) return true;
      const isSure = await confirmLoss({
        title: 'Leave page with unsaved changes?',
        text: 'Leaving this page will delete all unsaved changes.',
        stay: 'Stay',
        leave: 'Leave page',
      });
      const left = isSure ? shown : undefined;
      if (left) {
        hide();
        onLeft(left.id);
      }
      return isSure;
    },
  };
}

/**
 * @param {HTMLButtonElement} button
 * @param {BarButton} described
 * @param {string} label
 */
function dress(button, described, label) {
  button.textContent = described?.label || label;
  button.disabled = described === null || described.disabled || described.loading;
  button.ariaBusy = String(described?.loading === true);
}
