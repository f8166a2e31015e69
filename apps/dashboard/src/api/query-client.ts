import { QueryClient } from '@tanstack/react-query';
import { toProblem } from './problem.ts';

/** Figures move with every order; half a minute old is new enough for a page that is opened again. */
const staleMs = 30_000;
const retriesMax = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: staleMs,
        // Only what may pass by itself is asked for again. A lost connection pauses queries instead (`connection.ts`).
        retry: (failures, error) => failures < retriesMax && toProblem(error).isPassing,
      },
      // A write that waited for the network and went out an hour later would surprise; it fails, and keeps its key.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
