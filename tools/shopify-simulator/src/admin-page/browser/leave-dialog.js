/**
 * Asks before unsaved changes are lost.
 * @param {{ title: string, text: string, stay: string, leave: string }} words
 * @returns {Promise<boolean>} whether the merchant gives the changes up
 */
export function confirmLoss({ title, text, stay, leave }) {
  const dialog = document.createElement('dialog');
  dialog.className = 'confirm';
  dialog.ariaLabel = title;
  const heading = Object.assign(document.createElement('h2'), { textContent: title });
  const paragraph = Object.assign(document.createElement('p'), { textContent: text });
  const stayButton = Object.assign(document.createElement('button'), { type: 'button', textContent: stay });
  const leaveButton = Object.assign(document.createElement('button'), {
    type: 'button',
    textContent: leave,
    className: 'critical',
  });
  const row = Object.assign(document.createElement('div'), { className: 'buttons' });
  row.append(stayButton, leaveButton);
  dialog.append(heading, paragraph, row);
  document.body.append(dialog);
  return new Promise((resolve) => {
    const end = (/** @type {boolean} */ answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    stayButton.addEventListener('click', () => end(false));
    leaveButton.addEventListener('click', () => end(true));
    dialog.addEventListener('cancel', () => end(false));
    dialog.showModal();
    stayButton.focus();
  });
}
