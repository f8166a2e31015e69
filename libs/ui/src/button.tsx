import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Link } from 'react-router';
import { Icon, type IconSource } from './icon.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'tertiary' | 'critical' | 'plain';

type Look = {
  variant?: ButtonVariant;
  icon?: IconSource;
  children?: ReactNode;
};

export type ButtonProps = Look &
  Omit<AriaButtonProps, 'className' | 'style' | 'children'> & {
    /** The work goes on: the button stays where it is, says so, and takes no second press. */
    isLoading?: boolean;
  };

export function Button({ variant, icon, isLoading = false, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} isPending={isLoading} className={buttonClass({ variant, isIconOnly: !children })}>
      {isLoading ? <Spinner /> : icon && <Icon source={icon} />}
      {children}
    </AriaButton>
  );
}

export type ButtonLinkProps = Look & { to: string; isNewTab?: boolean; state?: unknown; 'aria-label'?: string };

/** Goes somewhere, and looks like a button. */
export function ButtonLink({ variant, icon, to, isNewTab = false, children, ...props }: ButtonLinkProps) {
  return (
    <Link
      {...props}
      to={to}
      {...(isNewTab && { target: '_blank' })}
      className={buttonClass({ variant, isIconOnly: !children })}
    >
      {icon && <Icon source={icon} />}
      {children}
    </Link>
  );
}

const base =
  'inline-flex items-center justify-center gap-1 rounded-md text-sm font-medium select-none no-underline ' +
  'min-h-8 md:min-h-7 data-focus-visible:outline-2 data-disabled:cursor-default';

const variants: Record<ButtonVariant, string> = {
  primary:
    'bg-fill-brand text-ink-on-brand shadow-button-primary hover:bg-fill-brand-hover data-pressed:shadow-button-primary-inset ' +
    'data-disabled:bg-fill-brand-disabled data-disabled:shadow-none',
  secondary:
    'bg-surface text-ink shadow-button hover:bg-surface-hover data-pressed:shadow-button-inset ' +
    'data-disabled:bg-fill-disabled data-disabled:text-ink-disabled data-disabled:shadow-none',
  tertiary:
    'text-ink hover:bg-fill-transparent-hover data-pressed:bg-fill-transparent-active data-disabled:text-ink-disabled ' +
    'data-disabled:bg-transparent',
  critical:
    'bg-fill-critical text-ink-on-brand shadow-button-critical hover:bg-fill-critical-hover data-pressed:shadow-button-critical-inset ' +
    'data-disabled:bg-fill-brand-disabled data-disabled:shadow-none',
  plain: 'text-link hover:text-link-hover hover:underline data-disabled:text-ink-disabled data-disabled:no-underline',
};

function buttonClass(look: { variant: ButtonVariant | undefined; isIconOnly: boolean }): string {
  const variant = look.variant ?? 'secondary';
  const padding = variant === 'plain' ? '' : look.isIconOnly ? 'p-1' : 'px-3 py-1';
  return `${base} ${variants[variant]} ${padding}`;
}

function Spinner() {
  return (
    <span
      aria-hidden
      className="size-4 shrink-0 animate-spin rounded-full border-2 border-current border-e-transparent motion-reduce:animate-none"
    />
  );
}
