import { Button } from '@loyalnest/ui/button';
import { Modal } from '@loyalnest/ui/modal';
import { createElement, useEffect, useEffectEvent, useId, useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { appBridge } from './app-bridge.ts';

type SaveBarProps = {
  isDirty: boolean;
  isSaving: boolean;
  onSave: () => void;
  onDiscard: () => void;
  /** Whether going there leaves what is being edited; by default every other page does. */
  isLeaving?: (to: URL) => boolean;
};

/**
 * Appears while something is unsaved, where Shopify's admin has its own bar: App Bridge shows these buttons there. Whoever
 * goes elsewhere meanwhile is asked first, once: by the admin if it is there, else by the page.
 */
export function SaveBar(props: SaveBarProps) {
  const { isDirty, isLeaving } = props;
  // Set when the admin has asked already: what follows may go through before the next rendering.
  const isGivenUp = useRef(false);
  useEffect(() => {
    if (!isDirty) isGivenUp.current = false;
  }, [isDirty]);
  useReloadGuard(isDirty);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    if (!isDirty || isGivenUp.current) return false;
    const to = new URL(nextLocation.pathname + nextLocation.search, location.origin);
    return isLeaving ? isLeaving(to) : currentLocation.pathname !== nextLocation.pathname;
  });
  if (!appBridge()) {
    return (
      <>
        <OwnBar {...props} />
        <OwnLeaveModal blocker={blocker} />
      </>
    );
  }
  return <AdminBar {...props} blocker={blocker} isGivenUp={isGivenUp} />;
}

type Blocker = ReturnType<typeof useBlocker>;

type AdminBarProps = SaveBarProps & { blocker: Blocker; isGivenUp: RefObject<boolean> };

function AdminBar({ isDirty, isSaving, onSave, onDiscard, blocker, isGivenUp }: AdminBarProps) {
  const { t } = useTranslation();
  const id = useId();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const { saveBar } = appBridge() ?? {};
    // Without a bar the page still guards what is unsaved; App Bridge itself tells the console why there is none.
    (isDirty ? saveBar?.show(id) : saveBar?.hide(id))?.catch(() => undefined);
  }, [id, isDirty]);
  useEffect(
    () => () =>
      void appBridge()
        ?.saveBar.hide(id)
        .catch(() => undefined),
    [id],
  );

  // A bar that hides while something is unsaved was hidden by the admin, which has asked whether to leave.
  const onHide = useEffectEvent(() => {
    if (!isDirty) return;
    isGivenUp.current = true;
    onDiscard();
  });
  useEffect(() => {
    const element = bar.current;
    const hear = () => onHide();
    element?.addEventListener('hide', hear);
    return () => element?.removeEventListener('hide', hear);
  }, []);

  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    // Resolves if the person leaves. If they stay it does not, and the next attempt asks anew.
    const asked = appBridge()?.saveBar.leaveConfirmation();
    void asked?.then(() => blocker.proceed());
  }, [blocker]);

  // App Bridge reads `variant` and `loading` from the buttons, which no button of HTML has.
  return createElement(
    'ui-save-bar',
    { id, ref: bar },
    createElement(
      'button',
      { key: 'save', variant: 'primary', onClick: onSave, loading: isSaving ? '' : undefined },
      t('common.save'),
    ),
    createElement('button', { key: 'discard', onClick: onDiscard, disabled: isSaving }, t('common.discard')),
  );
}

/** Where no admin shows a bar. */
function OwnBar({ isDirty, isSaving, onSave, onDiscard }: SaveBarProps) {
  const { t } = useTranslation();
  if (!isDirty) return null;
  return (
    <div className="sticky top-2 z-(--p-z-index-10) flex items-center justify-between gap-2 rounded-lg bg-surface-inverse px-4 py-2 text-ink-inverse">
      <p>{t('common.unsaved')}</p>
      <div className="flex gap-2">
        <Button onPress={onDiscard} isDisabled={isSaving}>
          {t('common.discard')}
        </Button>
        <Button onPress={onSave} isLoading={isSaving}>
          {t('common.save')}
        </Button>
      </div>
    </div>
  );
}

function OwnLeaveModal({ blocker }: { blocker: Blocker }) {
  const { t } = useTranslation();
  return (
    <Modal
      title={t('common.leaveTitle')}
      isOpen={blocker.state === 'blocked'}
      onClose={() => blocker.reset?.()}
      actions={
        <>
          <Button onPress={() => blocker.reset?.()}>{t('common.stay')}</Button>
          <Button variant="critical" onPress={() => blocker.proceed?.()}>
            {t('common.leave')}
          </Button>
        </>
      }
    >
      <p>{t('common.leaveText')}</p>
    </Modal>
  );
}

/** Reloading and closing are the browser's to ask about. */
function useReloadGuard(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
}
