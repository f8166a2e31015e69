import { defineConfig } from 'rolldown';

/** One file of ours; what comes from npm stays in node_modules. */
export default defineConfig({
  input: 'src/main.ts',
  cwd: import.meta.dirname,
  platform: 'node',
  external: (id) => !/^(\.|\/|@loyalnest\/|@oxc-project\/runtime\/)/.test(id),
  transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  output: { file: 'dist/main.js', format: 'esm', sourcemap: true },
});
