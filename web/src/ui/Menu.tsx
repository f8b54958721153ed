import type { LucideIcon } from 'lucide-react'
import { useEffectEvent, useLayoutEffect, useRef, type KeyboardEvent } from 'react'
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
  /** It is closed before an action runs. */
  onClose: () => void
}

/** Pixels to the anchor, and to the edges of the window. */
const GAP_PX = 6
const MARGIN_PX = 8

/** Actions for something on the page; by arrow keys, and closed by Escape, Tab or a press elsewhere. */
export function Menu({ label, anchor, actions, onClose }: MenuProps) {
  const ref = useRef<HTMLDivElement>(null)
  const placeHere = useEffectEvent(() => ref.current && place(ref.current, anchor))
  useLayoutEffect(() => {
    // A phone's keyboard folds away when the focus leaves its field.
    const onResize = () => placeHere()
    onResize()
    if (ref.current !== null) itemsOf(ref.current)[0]?.focus({ preventScroll: true })
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
      <div
        ref={ref}
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        className="fixed z-40 min-w-44 animate-fade-in rounded-2xl border border-line bg-surface p-1.5 text-ink shadow-pill outline-hidden print:hidden"
      >
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
    </section>,
    document.body,
  )
}

function itemsOf(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')]
}

/** Returns whether the key is one that moves. */
function moveFocus({ key, currentTarget }: KeyboardEvent<HTMLElement>): boolean {
  const items = itemsOf(currentTarget)
  const at = items.findIndex((item) => item === document.activeElement)
  const last = items.length - 1
  const next = {
    ArrowDown: at === last ? 0 : at + 1,
    ArrowUp: at <= 0 ? last : at - 1,
    Home: 0,
    End: last,
  }[key]
  if (next === undefined) return false
  items[next]?.focus()
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
