import { XIcon } from '@shopify/polaris-icons';
import { useDeferredValue, type ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal as AriaModal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button.tsx';
import { useUiTexts } from './texts.tsx';

type ModalProps = {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Buttons at the foot, the main one last. */
  actions?: ReactNode;
  size?: 'base' | 'large';
  children: ReactNode;
};

/** Holds the focus while it is open and gives it back to where it was. Escape closes it. */
export function Modal({ title, isOpen, onClose, actions, size = 'base', children }: ModalProps) {
  const texts = useUiTexts();
  // A dialog is much to draw at once: the button shows first that it was pressed. Closing is not put off.
  const isOpenSoon = useDeferredValue(isOpen);
  return (
    <ModalOverlay
      isOpen={isOpen && isOpenSoon}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className="fixed inset-0 z-(--p-z-index-11) flex items-end justify-center bg-backdrop sm:items-center sm:p-4"
    >
      <AriaModal
        className={`flex max-h-[90dvh] w-full flex-col overflow-clip rounded-t-lg bg-surface shadow-dialog sm:rounded-lg ${size === 'base' ? 'sm:max-w-[38.75rem]' : 'sm:max-w-[61.25rem]'}`}
      >
        <Dialog className="flex min-h-0 flex-col outline-none">
          <div className="flex items-center justify-between gap-2 border-b border-line bg-surface-tertiary px-4 py-2">
            <Heading slot="title" className="text-lg font-semibold">
              {title}
            </Heading>
            <Button variant="tertiary" icon={XIcon} aria-label={texts.close} onPress={onClose} />
          </div>
          <div className="min-h-0 overflow-y-auto p-4">{children}</div>
          {actions && <div className="flex justify-end gap-2 border-t border-line p-4">{actions}</div>}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
