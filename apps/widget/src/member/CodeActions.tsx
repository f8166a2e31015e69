import { useRef, useState } from 'preact/hooks';
import type { Speech } from '../i18n/speech.ts';
import { applyLink } from '../shop-links.ts';

/** A code to read, to copy and to put into the cart. */
export function CodeActions({ code, speech: { t } }: { code: string; speech: Speech }) {
  const shown = useRef<HTMLElement>(null);
  const [copying, setCopying] = useState<'no' | 'copied' | 'refused'>('no');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setCopying('copied');
    } catch {
      // Pages without https, and browsers that ask first: the shopper copies what is marked.
      if (shown.current) getSelection()?.selectAllChildren(shown.current);
      setCopying('refused');
    }
  };
  return (
    <>
      <code ref={shown} dir="ltr">
        {code}
      </code>
      <div class="actions">
        <button type="button" class="quiet small" onClick={() => void copy()}>
          {copying === 'copied' ? t('code.copied') : t('code.copy')} <span class="unseen">{code}</span>
        </button>
        <a class="primary small" href={applyLink(code)}>
          {t('code.apply')} <span class="unseen">{code}</span>
        </a>
      </div>
      <p class={copying === 'refused' ? 'muted' : 'unseen'} role="status">
        {copying === 'copied' ? t('code.copied') : copying === 'refused' ? t('code.selectIt') : ''}
      </p>
    </>
  );
}
