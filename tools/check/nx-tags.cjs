// Tags every project by the folder it lies in, for the module-boundary rule (boundaries.json). Named in nx.json; Nx wants
// CommonJS.
const { dirname } = require('node:path');

/** Apps that run in a browser. All others run on a server. */
const frontEnds = new Set(['apps/dashboard', 'apps/admin', 'apps/widget', 'apps/till']);
/** Stands for Shopify: it may know nothing of the product. */
const simulator = 'tools/shopify-simulator';

/** Each library is a kind of its own, because each may import different things. */
function kindOf(folder) {
  if (frontEnds.has(folder)) return 'front-end';
  if (folder === simulator) return 'simulator';
  const [area, name] = folder.split('/');
  if (area === 'libs') return `lib:${name}`;
  return { apps: 'app', services: 'service', tools: 'tool', extensions: 'extension', e2e: 'e2e' }[area];
}

exports.name = 'loyalnest-tags';
exports.createNodesV2 = [
  '{{apps,services,libs,tools,extensions}/*,e2e}/package.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, tags: [`kind:${kindOf(root)}`] } } }];
    }),
];
