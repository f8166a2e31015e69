import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

const here = import.meta.dirname;

/** `services/points` → its main program; each service can also run as a process of its own. */
const services = Object.fromEntries(
  globSync('../../services/*/src/main.ts', { cwd: here }).map((file) => [
    file.split(/[\\/]/).slice(2, 4).join('/'),
    file,
  ]),
);

/**
 * A version that only one room needs is put below that room, where a bundle in another folder does not find it: such a
 * package becomes part of the bundle.
 */
const nested = new Set(
  globSync('../../{libs,services}/*/node_modules/{[!@]*,@*/*}', { cwd: here }).map((folder) =>
    folder.split(/[\\/]node_modules[\\/]/)[1]?.replaceAll('\\', '/'),
  ),
);

function isExternal(id: string): boolean {
  // With `#` a package names a part of itself.
  if (/^(\.|\/|#|@loyalnest\/|@oxc-project\/runtime\/)/.test(id)) return false;
  return !nested.has(id.split('/', id.startsWith('@') ? 2 : 1).join('/'));
}

/** One file of ours per program; what else comes from npm stays in node_modules. */
export default defineConfig({
  input: {
    main: 'src/main.ts',
    reconcile: 'src/reconcile.ts',
    describe: 'src/describe.ts',
    pages: 'src/pages.ts',
    migrate: 'src/migrate.ts',
    health: 'src/health.ts',
    // Commands of rooms, for who has the image and not the repository.
    'verify-ledger': '../../services/points/src/proof/cli.ts',
    events: '../../libs/platform/src/events/kafka/cli.ts',
    ...services,
  },
  cwd: here,
  platform: 'node',
  external: isExternal,
  transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  output: { dir: 'dist', format: 'esm', sourcemap: true, cleanDir: true },
  plugins: [
    {
      // The migrator reads it from the folder that it lies in itself.
      name: 'bootstrap-sql',
      generateBundle() {
        const source = readFileSync(join(here, '../../libs/platform/src/database/bootstrap.sql'), 'utf8');
        this.emitFile({ type: 'asset', fileName: 'bootstrap.sql', source });
      },
    },
  ],
});
