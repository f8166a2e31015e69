import { AlertCircleIcon } from '@shopify/polaris-icons';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { useUiTexts } from './texts.tsx';

type ErrorStateProps = {
  title: string;
  message: string;
  onRetry?: () => void;
  isRetrying?: boolean;
};

/** In place of what could not be loaded. */
export function ErrorState({ title, message, onRetry, isRetrying = false }: ErrorStateProps) {
  const texts = useUiTexts();
  return (
    <div role="alert" className="mx-auto flex max-w-96 flex-col items-center gap-2 px-4 py-10 text-center">
      <Icon source={AlertCircleIcon} tone="critical" />
      <p className="text-lg font-semibold">{title}</p>
      <p className="text-ink-secondary">{message}</p>
      {onRetry && (
        <div className="mt-2">
          <Button onPress={onRetry} isLoading={isRetrying}>
            {texts.tryAgain}
          </Button>
        </div>
      )}
    </div>
  );
}
