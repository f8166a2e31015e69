import type { Translate } from './i18n/translate.ts';
import type { PanelState } from './panel-store.ts';

export function Loading({ t }: { t: Translate }) {
  return (
    <div class="skeleton">
      <p class="unseen" role="status">
        {t('loading')}
      </p>
      <div class="bone tall" />
      <div class="bone" />
      <div class="bone" />
      <div class="bone" />
    </div>
  );
}

export function Failed({ t, state, retry }: { t: Translate; state: PanelState; retry: () => void }) {
  return (
    <div class="message" role="alert">
      <h2 tabIndex={-1}>{t('state.failedHeading')}</h2>
      <p>{state.isOnline ? t('state.failedText') : t('state.failedOffline')}</p>
      <button type="button" class="primary" disabled={state.isReading} onClick={retry}>
        {t('retry')}
      </button>
    </div>
  );
}

/** What is shown may be older than it looks; and a programme that is off says so. */
export function Notices({ t, state }: { t: Translate; state: PanelState }) {
  const { storefront } = state;
  return (
    <div class="notices" role="status">
      {!state.isOnline && <p class="notice">{t('state.offline')}</p>}
      {state.isOnline && state.problem && <p class="notice">{t('state.stale')}</p>}
      {storefront && !storefront.programme.isOn && (
        <p class="notice">{storefront.member ? t('state.offMember') : t('state.off')}</p>
      )}
    </div>
  );
}
