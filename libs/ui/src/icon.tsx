import type { ComponentType, SVGProps } from 'react';

export type IconSource = ComponentType<SVGProps<SVGSVGElement>>;

type IconProps = {
  source: IconSource;
  tone?: 'inherit' | 'base' | 'secondary' | 'info' | 'success' | 'warning' | 'critical';
  size?: 'small' | 'base';
  /** Arrows and the like point the other way where text runs from right to left. */
  isDirectional?: boolean;
};

const tones = {
  inherit: 'fill-current',
  base: 'fill-icon',
  secondary: 'fill-icon-secondary',
  info: 'fill-icon-info',
  success: 'fill-icon-success',
  warning: 'fill-icon-warning',
  critical: 'fill-icon-critical',
};

/** An icon decorates words that stand beside it; what has no words gets an `aria-label` of its own. */
export function Icon({ source: Source, tone = 'inherit', size = 'base', isDirectional }: IconProps) {
  const flip = isDirectional ? 'rtl:-scale-x-100' : '';
  return (
    <Source
      aria-hidden
      focusable="false"
      className={`shrink-0 ${size === 'small' ? 'size-4' : 'size-5'} ${tones[tone]} ${flip}`}
    />
  );
}
