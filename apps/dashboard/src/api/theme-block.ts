import type { ThemeBlock } from '@loyalnest/contracts/rest/overview';
import { useQuery } from '@tanstack/react-query';
import { request } from './client.ts';

/** Who comes back from the theme editor sees what it did. */
const staleTime = 5_000;
/** Longer than the server keeps that it is off. */
const lookAgainMs = 10_000;

/** Whether the widget's block is on in the shop's theme. Shopify has to be asked, so it comes after the page's own figures. */
export function useThemeBlock() {
  return useQuery({
    queryKey: ['theme-block'],
    queryFn: ({ signal }) => request<ThemeBlock>('/v1/api/points/overview/theme-block', { signal }),
    staleTime,
    refetchInterval: ({ state }) => state.data?.state === 'off' && lookAgainMs,
  });
}
