import { createContext, use, type ReactNode } from 'react';

/** The few words that parts say by themselves. Whoever renders them gives them in the reader's language. */
export type UiTexts = {
  back: string;
  cancel: string;
  chartTable: string;
  chartPicture: string;
  clearFilters: string;
  close: string;
  loading: string;
  next: string;
  offline: string;
  pages: string;
  previous: string;
  sortBy: string;
  tryAgain: string;
};

const TextsContext = createContext<UiTexts | null>(null);

export function UiTextsProvider({ texts, children }: { texts: UiTexts; children: ReactNode }) {
  return <TextsContext value={texts}>{children}</TextsContext>;
}

export function useUiTexts(): UiTexts {
  const texts = use(TextsContext);
  if (!texts) throw new Error('The parts of libs/ui stand inside <UiTextsProvider>');
  return texts;
}
