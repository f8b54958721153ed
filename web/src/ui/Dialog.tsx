import { useEffect, useId, useRef, type ReactNode } from 'react'

import { closeDialog } from './closeDialog'

interface DialogProps {
  title: string
  /** At the end of the line of the title. */
  corner?: ReactNode
  onClose: () => void
  children: ReactNode
}

/** In front of the page, until Escape, a press outside, or `closeDialog`. The browser keeps the focus inside, and gives it back at the end. */
export function Dialog({ title, corner, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => ref.current?.showModal(), [])
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a press outside; the browser adds Escape
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && closeDialog(event)}
      className="m-auto max-h-[min(80dvh,36rem)] w-[min(28rem,calc(100vw-2rem))] animate-fade-in rounded-2xl border border-line bg-surface p-0 text-ink shadow-pill backdrop:bg-black/40"
    >
      <div className="sticky top-0 flex min-h-14 items-center justify-between gap-2 border-b border-line bg-surface py-1.5 ps-5 pe-2">
        <h2 id={titleId} className="font-semibold">
          {title}
        </h2>
        {corner}
      </div>
      {children}
    </dialog>
  )
}
