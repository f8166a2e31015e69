import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import type { MemberPanel } from '@loyalnest/contracts/rest/storefront';
import { useState } from 'preact/hooks';
import type { Speech } from '../i18n/speech.ts';
import { historyLine } from './history-line.ts';
import { orderNameOf } from './order-name.ts';

/** Rows shown before somebody asks for more. */
const firstRows = 5;

type Props = { history: MemberPanel['history']; speech: Speech; readMore: () => Promise<void> };

export function History({ history, speech, readMore }: Props) {
  const { t } = speech;
  const [isWhole, setIsWhole] = useState(false);
  const [isReading, setIsReading] = useState(false);
  const rows = isWhole ? history.items : history.items.slice(0, firstRows);
  const hasMore = isWhole
    ? history.nextCursor !== null
    : history.items.length > firstRows || history.nextCursor !== null;
  const showMore = async () => {
    if (!isWhole) {
      setIsWhole(true);
      return;
    }
    setIsReading(true);
    await readMore();
    setIsReading(false);
  };
  return (
    <section>
      <h2>{t('history.heading')}</h2>
      {rows.length === 0 && <p class="muted">{t('history.none')}</p>}
      <ul class="rows">
        {rows.map((entry) => (
          <Row key={entry.transferId} entry={entry} speech={speech} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="link" aria-disabled={isReading} onClick={() => void (isReading || showMore())}>
          {t('more')} <span class="unseen">{t('history.heading')}</span>
        </button>
      )}
    </section>
  );
}

function Row({ entry, speech }: { entry: HistoryEntry; speech: Speech }) {
  const { key, delta } = historyLine(entry);
  const points = speech.points(entry.points);
  return (
    <li>
      <div>
        <span>{speech.t(key, { order: orderNameOf(entry), points })}</span>
        <small>{speech.date(entry.at)}</small>
      </div>
      {delta !== 0 && <span class={delta > 0 ? 'delta plus' : 'delta'}>{speech.signedPoints(delta)}</span>}
    </li>
  );
}
