import { useEffect, useState } from 'react';
import { useLocale } from 'react-aria-components/I18nProvider';
import { formatDateTime, formatRelative } from './format.ts';

/** The smallest step that is shown. */
const tickMs = 60_000;

/** "5 minutes ago", and the full date to whoever points at it. */
export function RelativeTime({ at }: { at: string }) {
  const { locale } = useLocale();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={formatDateTime(at, locale)}>
      {formatRelative(at, now, locale)}
    </time>
  );
}
