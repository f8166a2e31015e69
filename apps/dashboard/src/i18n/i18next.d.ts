import type en from './locales/en.json' with { type: 'json' };

declare module 'i18next' {
  // Declares into i18next's own interface, so that a key that does not exist is an error of the compiler.
  // oxlint-disable-next-line typescript/consistent-type-definitions
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
