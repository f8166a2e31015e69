import { render } from 'preact';
import { createApi } from './api/client.ts';
import type { Language } from './i18n/language.ts';
import type { Messages } from './i18n/translate.ts';
import styles from './panel.css?inline';
import { createPanelStore } from './panel-store.ts';
import { Widget } from './Widget.tsx';

export type Stage = { root: ShadowRoot; proxyUrl: string; language: Language };

const languages = import.meta.glob<Messages>('./locales/*.json', { import: 'default' });

type Panel = { open(): void };
let panel: Promise<Panel> | undefined;

/** Opens the panel over the page. The first time it is made; if that fails, the next time tries again. */
export async function openPanel(stage: Stage): Promise<void> {
  panel ??= makePanel(stage);
  try {
    (await panel).open();
  } catch (error) {
    panel = undefined;
    throw error;
  }
}

async function makePanel({ root, proxyUrl, language }: Stage): Promise<Panel> {
  const store = createPanelStore(createApi(proxyUrl));
  const messages = await languages[`./locales/${language.language}.json`]?.();
  if (!messages) throw new Error(`There are no words in ${language.language}.`);

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets.push(sheet);
  // A modal dialog lies above everything in the page, keeps the focus inside, and gives it back when it closes.
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'title');
  dialog.setAttribute('aria-modal', 'true');
  dialog.addEventListener('close', store.closed);
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  root.append(dialog);
  render(<Widget store={store} messages={messages} language={language} close={() => dialog.close()} />, dialog);

  return {
    open() {
      store.opened();
      if (!dialog.open) dialog.showModal();
    },
  };
}
