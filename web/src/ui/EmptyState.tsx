import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import { classNames } from '@/lib/classNames'

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
  /** Something went wrong. */
  isFailure?: boolean
  /** The heading's rank on the page. */
  headingLevel?: 1 | 2
}

/** Shown where there is nothing yet, or where something went wrong: explains it and offers an action. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
  isFailure = false,
  headingLevel = 2,
}: EmptyStateProps) {
  const Heading = headingLevel === 1 ? 'h1' : 'h2'
  return (
    <div className="flex animate-fade-in flex-col items-center px-6 py-12 text-center">
      <span
        className={classNames(
          'mb-5 inline-flex size-20 items-center justify-center rounded-3xl',
          isFailure ? 'bg-danger-soft text-danger' : 'bg-accent-soft text-accent-ink',
        )}
      >
        <Icon aria-hidden className="size-9" strokeWidth={1.5} />
      </span>
      <Heading className="text-lg font-semibold text-balance">{title}</Heading>
      {children !== undefined && (
        <p className="mt-1.5 max-w-sm text-sm leading-relaxed text-pretty text-soft">{children}</p>
      )}
      {action !== undefined && (
        <div className="mt-6 flex flex-wrap justify-center gap-3">{action}</div>
      )}
    </div>
  )
}
