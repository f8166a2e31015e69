import { WifiIcon } from '@shopify/polaris-icons';
import { Icon } from './icon.tsx';
import { useUiTexts } from './texts.tsx';

/** Stands above every page while there is no connection; what was loaded stays readable below. */
export function OfflineBanner({ isOnline }: { isOnline: boolean }) {
  const texts = useUiTexts();
  return (
    <div
      role="status"
      className={
        isOnline
          ? ''
          : 'sticky top-0 z-(--p-z-index-10) flex items-center justify-center gap-2 bg-fill-warning px-4 py-2 text-ink-warning'
      }
    >
      {!isOnline && (
        <>
          <Icon source={WifiIcon} />
          <span className="font-medium">{texts.offline}</span>
        </>
      )}
    </div>
  );
}
