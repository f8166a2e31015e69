import { AlertDiamondIcon, AlertTriangleIcon, CheckCircleIcon, InfoIcon } from '@shopify/polaris-icons';
import type { ReactNode } from 'react';
import { Icon, type IconSource } from './icon.tsx';

type BannerTone = 'info' | 'success' | 'warning' | 'critical';

type BannerProps = {
  tone?: BannerTone;
  title: string;
  /** What can be done about it. */
  actions?: ReactNode;
  children?: ReactNode;
};

const looks: Record<BannerTone, { icon: IconSource; head: string }> = {
  info: { icon: InfoIcon, head: 'bg-fill-info text-ink-info' },
  success: { icon: CheckCircleIcon, head: 'bg-fill-success text-ink-success' },
  warning: { icon: AlertTriangleIcon, head: 'bg-fill-warning text-ink-warning' },
  critical: { icon: AlertDiamondIcon, head: 'bg-fill-danger text-ink-critical' },
};

/** What is urgent is read out at once; the rest when the reader comes to it. */
export function Banner({ tone = 'info', title, actions, children }: BannerProps) {
  const { icon, head } = looks[tone];
  return (
    <div
      role={tone === 'critical' ? 'alert' : 'status'}
      className="overflow-clip rounded-lg bg-surface shadow-card ring-1 ring-line-secondary"
    >
      <div className={`flex items-start gap-2 px-3 py-2 ${head}`}>
        <Icon source={icon} />
        <p className="text-md font-semibold">{title}</p>
      </div>
      {(children || actions) && (
        <div className="flex flex-col items-start gap-3 px-3 py-3">
          {children && <div>{children}</div>}
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
      )}
    </div>
  );
}
