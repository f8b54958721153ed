import { useEffect, useRef, type MouseEvent, type PointerEvent } from 'react'

const LONG_PRESS_MS = 500
/** A finger that moves further scrolls. */
const MOVE_PX = 10

interface Press {
  x: number
  y: number
  timer: ReturnType<typeof setTimeout>
  element: HTMLElement
}

/** The handlers of an element that reacts to a finger held on it, as long as that neither scrolls nor adjusts a selection. */
export function useLongPress(onLongPress: () => void) {
  const pressRef = useRef<Press>(undefined)

  const end = () => {
    const press = pressRef.current
    if (press === undefined) return
    clearTimeout(press.timer)
    press.element.style.removeProperty('user-select')
    press.element.style.removeProperty('-webkit-user-select')
    pressRef.current = undefined
  }
  useEffect(() => () => clearTimeout(pressRef.current?.timer), [])

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      end()
      const { pointerType, isPrimary, currentTarget: element, clientX: x, clientY: y } = event
      if (pointerType !== 'touch' || !isPrimary || isLeftAlone(event)) return
      // The same press would select a word.
      element.style.setProperty('user-select', 'none')
      element.style.setProperty('-webkit-user-select', 'none')
      const timer = setTimeout(() => {
        end()
        onLongPress()
      }, LONG_PRESS_MS)
      pressRef.current = { x, y, timer, element }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const press = pressRef.current
      if (press !== undefined && Math.hypot(clientX - press.x, clientY - press.y) > MOVE_PX) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
    onContextMenu: (event: MouseEvent) => {
      const { nativeEvent } = event
      const byTouch = 'pointerType' in nativeEvent && nativeEvent.pointerType === 'touch'
      if (byTouch && !isLeftAlone(event)) event.preventDefault()
    },
  }
}

/** A link has a menu of its own, and a selection handles. */
function isLeftAlone({ target }: { target: EventTarget }): boolean {
  if (!(target instanceof Element) || (target.closest('a') ?? target.closest('button')) !== null)
    return true
  const selection = window.getSelection()
  return selection !== null && !selection.isCollapsed && selection.containsNode(target, true)
}
