import type { ReactNode } from 'react'

import { classNames } from '@/lib/classNames'

/** The content of a page that scrolls. */
export function Page({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={classNames(
        'mx-auto w-full grow px-4 py-6 pb-[max(1.5rem,env(safe-area-inset-bottom))] md:px-6 md:py-10',
        className ?? 'max-w-[110rem]',
      )}
    >
      {children}
    </div>
  )
}
