import { defineConfig } from 'rolldown';

/** One file of ours per program; what comes from npm stays in node_modules. */
export default defineConfig({
  input: { main: 'src/main.ts', reconcile: 'src/reconcile.ts', describe: 'src/describe.ts' },
  cwd: import.meta.dirname,
  platform: 'node',
  external: (id) => !/^(\.|\/|@loyalnest\/|@oxc-project\/runtime\/)/.test(id),
  transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  output: { dir: 'dist', format: 'esm', sourcemap: true, cleanDir: true },
});
