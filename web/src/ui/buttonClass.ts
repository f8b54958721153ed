import { classNames } from '@/lib/classNames'

const VARIANTS = {
  primary: 'bg-accent text-white shadow-xs hover:bg-accent-hover active:scale-[0.97]',
  secondary:
    'border border-line bg-surface text-ink hover:border-line-strong hover:bg-hover active:scale-[0.97]',
  quiet: 'text-accent-ink hover:bg-accent-soft active:scale-[0.97]',
  danger: 'text-danger hover:bg-danger-soft active:scale-[0.97]',
} as const

/** Every size is a touch target of at least 44 px. */
const SIZES = {
  md: 'min-h-11 rounded-xl px-4 text-sm',
  lg: 'min-h-12 rounded-xl px-6 text-base',
  icon: 'size-11 rounded-xl',
  /** As high as a text field of one line. */
  round: 'size-11.5 rounded-full',
} as const

export interface ButtonLook {
  variant?: keyof typeof VARIANTS | undefined
  size?: keyof typeof SIZES | undefined
}

/** The look of a button, also for links that act as one. */
export function buttonClass(
  { variant = 'primary', size = 'md' }: ButtonLook,
  extra?: string,
): string {
  return classNames(
    'button inline-flex shrink-0 items-center justify-center gap-2 font-semibold transition',
    'disabled:pointer-events-none disabled:opacity-50',
    SIZES[size],
    VARIANTS[variant],
    extra,
  )
}
