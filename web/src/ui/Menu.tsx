import type { LucideIcon } from 'lucide-react'
import { useEffectEvent, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { createPortal } from 'react-dom'

export interface MenuAction {
  label: string
  icon: LucideIcon
  run: () => void
}

interface MenuProps {
  label: string
  /** What it belongs to: it opens beside it. */
  anchor: Element
  actions: readonly MenuAction[]
  /** Buttons above the actions, in groups that each are a row for the arrow keys. They close it themselves. */
  above?: ReactNode
  /** It is closed before an action runs. */
  onClose: () => void
}

/** Pixels to the anchor, and to the edges of the window. */
const GAP_PX = 6
const MARGIN_PX = 8

/** Actions for something on the page; by arrow keys, and closed by Escape, Tab or a press elsewhere. */
export function Menu({ label, anchor, actions, above, onClose }: MenuProps) {
  const ref = useRef<HTMLDivElement>(null)
  const placeHere = useEffectEvent(() => ref.current && place(ref.current, anchor))
  useLayoutEffect(() => {
    // A phone's keyboard folds away when the focus leaves its field.
    const onResize = () => placeHere()
    onResize()
    if (ref.current !== null) firstOf(ref.current)?.focus({ preventScroll: true })
    window.addEventListener('resize', onResize)
    return () => window.removeEventListener('resize', onResize)
  }, [])

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Tab' || event.key === 'Escape') onClose()
    else if (!moveFocus(event)) return
    event.preventDefault()
    event.stopPropagation()
  }

  return createPortal(
    // At the end of the page, where nothing cuts it off; a landmark, as all content is in one.
    <section aria-label={label}>
      <div className="fixed inset-0 z-40" aria-hidden onPointerDown={onClose} />
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys move between the buttons in it */}
      <div
        ref={ref}
        onKeyDown={onKeyDown}
        className="fixed z-40 max-w-[calc(100vw-1rem)] min-w-44 animate-fade-in rounded-2xl border border-line bg-surface p-1.5 text-ink shadow-pill print:hidden"
      >
        {above}
        {actions.length > 0 && (
          <div role="menu" aria-label={label} tabIndex={-1} className="outline-hidden">
            {actions.map(({ label: name, icon: Icon, run }) => (
              <button
                key={name}
                type="button"
                role="menuitem"
                tabIndex={-1}
                onClick={() => {
                  onClose()
                  run()
                }}
                className="flex min-h-11 w-full items-center gap-3 rounded-xl px-3 text-sm font-medium -outline-offset-2 transition hover:bg-hover focus:bg-hover active:bg-accent-soft"
              >
                <Icon aria-hidden className="size-4 text-soft" />
                {name}
              </button>
            ))}
          </div>
        )}
      </div>
    </section>,
    document.body,
  )
}

/** The first action; where there is none, what is chosen already, or the first choice. */
function firstOf(panel: Element): HTMLElement | null {
  return (
    panel.querySelector<HTMLElement>('[role=menuitem]') ??
    panel.querySelector<HTMLElement>('[aria-pressed=true]') ??
    panel.querySelector('button')
  )
}

/** The buttons of each group side by side, every action in a row of its own. */
function rowsOf(panel: Element): HTMLElement[][] {
  const rows = new Map<Element, HTMLElement[]>()
  for (const button of panel.querySelectorAll('button')) {
    const row = button.closest('[role=group]') ?? button
    rows.set(row, [...(rows.get(row) ?? []), button])
  }
  return [...rows.values()]
}

/** Returns whether the key is one that moves. */
function moveFocus({ key, currentTarget }: KeyboardEvent<HTMLElement>): boolean {
  const rows = rowsOf(currentTarget)
  const isRtl = getComputedStyle(currentTarget).direction === 'rtl'
  const y = rows.findIndex((row) => row.some((item) => item === document.activeElement))
  const x = rows[y]?.findIndex((item) => item === document.activeElement) ?? 0
  const aside = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[key]
  const next = { ArrowDown: y + 1, ArrowUp: Math.max(y, 0) - 1, Home: 0, End: -1 }[key]
  if (aside === undefined && next === undefined) return false
  const row = rows.at((next ?? y) % rows.length) ?? []
  const item =
    aside === undefined ? row[Math.min(x, row.length - 1)] : row.at((x + aside) % row.length)
  item?.focus()
  return true
}

/** Below the anchor, or above it where there is more room; along the edge of it that is nearer to the window's. */
function place(menu: HTMLElement, anchor: Element): void {
  const { top, bottom, left, right } = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const { clientWidth, clientHeight } = document.documentElement
  const isAtRight = left > clientWidth - right
  const fitsBelow = bottom + GAP_PX + height <= clientHeight - MARGIN_PX
  const y = fitsBelow ? bottom + GAP_PX : top - GAP_PX - height
  const within = (value: number, size: number, room: number) =>
    Math.max(MARGIN_PX, Math.min(value, room - MARGIN_PX - size))
  menu.style.top = `${within(y, height, clientHeight)}px`
  menu.style.left = `${within(isAtRight ? right - width : left, width, clientWidth)}px`
}
