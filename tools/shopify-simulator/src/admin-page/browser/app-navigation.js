/** @typedef {{ label: string, href: string }} NavItem */

/**
 * The app's own links under its name in the admin's navigation.
 * @param {{ addressOf: (path: string) => string, appUrl: string, open: (item: NavItem) => void }} options
 */
export function createAppNavigation({ addressOf, appUrl, open }) {
  const place = /** @type {HTMLElement} */ (document.getElementById('app-nav'));
  const appLink = document.getElementById('app-home');
  /** @type {NavItem | null} */
  let home = null;
  /** @type {NavItem[]} */
  let items = [];
  let path = '/';

  const pathOf = (/** @type {NavItem} */ { href }) => {
    const url = new URL(href, appUrl);
    return `${url.pathname}${url.search}`;
  };

  const draw = () => {
    const current = currentOf(items.map(pathOf), path);
    place.replaceChildren(
      ...items.map((item, index) => {
        const link = document.createElement('a');
        link.href = addressOf(pathOf(item));
        link.textContent = item.label;
        if (index === current) link.ariaCurrent = 'page';
        link.addEventListener('click', (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          open(item);
        });
        const entry = document.createElement('li');
        entry.append(link);
        return entry;
      }),
    );
  };

  appLink?.addEventListener('click', (event) => {
    if (!home || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(home);
  });

  return {
    set: (/** @type {{ home: NavItem | null, items: NavItem[] }} */ next) => {
      ({ home, items } = next);
      draw();
    },
    at: (/** @type {string} */ next) => {
      path = next;
      draw();
    },
  };
}

/**
 * The link whose path is the longest that the page's path begins with.
 * @param {string[]} paths
 * @param {string} path
 */
function currentOf(paths, path) {
  const page = path.split(/[?#]/)[0] ?? '';
  let best = -1;
  let length = 0;
  for (const [index, candidate] of paths.entries()) {
    const own = candidate.split('?')[0] ?? '';
    const isWithin = page === own || page.startsWith(own.endsWith('/') ? own : `${own}/`);
    if (isWithin && own.length > length) [best, length] = [index, own.length];
  }
  return best;
}
