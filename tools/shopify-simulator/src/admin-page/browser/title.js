/** @typedef {{ index: number, label: string, variant: string, tone: string, disabled: boolean }} TitleAction */

/**
 * The app's title and its buttons above the frame.
 * @param {{ appName: string, press: (index: number) => void }} options
 */
export function createTitle({ appName, press }) {
  const title = /** @type {HTMLElement} */ (document.getElementById('app-title'));
  const place = /** @type {HTMLElement} */ (document.getElementById('app-actions'));

  return {
    set: (/** @type {{ title: string, actions: TitleAction[] } | null} */ bar) => {
      title.textContent = bar?.title ? `${appName} · ${bar.title}` : appName;
      document.title = title.textContent;
      place.replaceChildren(
        ...(bar?.actions ?? []).map(({ index, label, variant, tone, disabled }) => {
          const button = document.createElement('button');
          Object.assign(button, {
            type: 'button',
            textContent: variant === 'breadcrumb' ? `‹ ${label}` : label,
            disabled,
          });
          button.className = `${variant} ${tone}`.trim();
          button.addEventListener('click', () => press(index));
          return button;
        }),
      );
    },
  };
}
