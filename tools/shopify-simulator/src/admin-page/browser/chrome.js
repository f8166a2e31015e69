/** What all pages of the admin do: the menu on small screens, and the pickers that apply at once. */
export function startChrome() {
  const menu = document.getElementById('menu');
  menu?.addEventListener('click', () => {
    const isOpen = menu.getAttribute('aria-expanded') === 'true';
    menu.setAttribute('aria-expanded', String(!isOpen));
    document.body.classList.toggle('menu-open', !isOpen);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || menu?.getAttribute('aria-expanded') !== 'true') return;
    menu.click();
    menu.focus();
  });
  const pickers = document.querySelector('form.pickers');
  if (!(pickers instanceof HTMLFormElement)) return;
  pickers.querySelector('button')?.remove();
  pickers.addEventListener('change', () => pickers.requestSubmit());
}
