/// <reference types="vite/client" />

declare module 'virtual:launcher-words' {
  /** Per language: what the launcher is called, and what it says when the panel cannot be loaded. */
  const words: Readonly<Record<string, readonly [open: string, failed: string]>>;
  export default words;
}
