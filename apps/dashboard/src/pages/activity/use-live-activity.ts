import type { ActivityEntry } from '@loyalnest/contracts/rest/activity';
import type { TransferKind } from '@loyalnest/contracts/rest/points';
import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { activityKeys } from '../../api/activity.ts';
import type { Page } from '../../api/page.ts';
import { useStream } from '../../api/stream.ts';
import { withNewest } from './newest.ts';

/** Who is not further down than this reads the newest entries, and wants to see what comes. */
const topPx = 120;

export type LiveActivity = {
  phase: ReturnType<typeof useStream>;
  /** Entries that came while the reader was further down the list. */
  waiting: number;
  show: () => void;
};

/**
 * Puts new transfers on top of the list of a kind, without moving what somebody reads: while they are further down, new
 * entries wait until they come up or ask for them.
 */
export function useLiveActivity(kind: TransferKind | undefined): LiveActivity {
  const client = useQueryClient();
  const [waiting, setWaiting] = useState<{ kind: TransferKind | undefined; entries: ActivityEntry[] }>();
  const entries = waiting?.kind === kind ? (waiting?.entries ?? []) : [];

  const put = (newest: readonly ActivityEntry[]) => {
    if (newest.length === 0) return;
    client.setQueryData<InfiniteData<Page<ActivityEntry>, string | null>>(activityKeys.transfers(kind), (list) =>
      list ? withNewest(list, newest) : list,
    );
  };
  const show = () => {
    put(entries);
    setWaiting(undefined);
  };
  const phase = useStream({
    onUpdate: ({ transfer }) => {
      if (transfer.redemptionId !== null)
        void client.invalidateQueries({ queryKey: [...activityKeys.all, 'redemptions'] });
      if (kind !== undefined && transfer.kind !== kind) return;
      if (window.scrollY <= topPx) put([transfer]);
      else setWaiting({ kind, entries: [...entries, transfer] });
    },
    onReload: () => void client.invalidateQueries({ queryKey: activityKeys.all }),
  });

  const showAtTop = useEffectEvent(() => {
    if (window.scrollY <= topPx && entries.length > 0) show();
  });
  useEffect(() => {
    const onScroll = () => showAtTop();
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, []);
  return { phase, waiting: entries.length, show };
}
