import { Button } from '@loyalnest/ui/button';
import { Modal } from '@loyalnest/ui/modal';
import { createElement, useEffect, useId, type ReactNode } from 'react';
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
 * goes elsewhere meanwhile is asked first.
 */
export function SaveBar(props: SaveBarProps) {
  useReloadGuard(props.isDirty);
  return (
    <>
      {appBridge() ? <AdminBar {...props} /> : <OwnBar {...props} />}
      <LeaveGuard isDirty={props.isDirty} isLeaving={props.isLeaving} />
    </>
  );
}

function AdminBar({ isDirty, isSaving, onSave, onDiscard }: SaveBarProps) {
  const { t } = useTranslation();
  const id = useId();
  useEffect(() => {
    const bar = appBridge()?.saveBar;
    // Without a bar the page still guards what is unsaved; App Bridge itself tells the console why there is none.
    (isDirty ? bar?.show(id) : bar?.hide(id))?.catch(() => undefined);
  }, [id, isDirty]);
  useEffect(
    () => () =>
      void appBridge()
        ?.saveBar.hide(id)
        .catch(() => undefined),
    [id],
  );
  // App Bridge reads `variant` and `loading` from the buttons, which no button of HTML has.
  return createElement(
    'ui-save-bar',
    { id },
    createElement(
      'button',
      { key: 'save', variant: 'primary', onClick: onSave, loading: isSaving ? '' : undefined },
      t('common.save'),
    ),
    createElement('button', { key: 'discard', onClick: onDiscard, disabled: isSaving }, t('common.discard')),
  );
}

/** Where no admin shows a bar. */
function OwnBar({ isDirty, isSaving, onSave, onDiscard }: SaveBarProps): ReactNode {
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

function LeaveGuard({ isDirty, isLeaving }: Pick<SaveBarProps, 'isDirty'> & { isLeaving: SaveBarProps['isLeaving'] }) {
  const { t } = useTranslation();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    if (!isDirty) return false;
    const to = new URL(nextLocation.pathname + nextLocation.search, location.origin);
    return isLeaving ? isLeaving(to) : currentLocation.pathname !== nextLocation.pathname;
  });
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
