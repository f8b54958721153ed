import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, vi } from 'vitest'

import { App } from '@/app/App'
import type { MessagingClient } from '@/messaging'

import type { World } from '../fixtures/world'

afterEach(cleanup)

/** What jsdom has no idea of: layout, media queries. */
export function stubBrowser({ pointer = 'fine' } = {}): void {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === `(pointer: ${pointer})`,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  vi.stubGlobal('visualViewport', null)
  vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
  Element.prototype.scrollIntoView = () => undefined
  Element.prototype.scrollTo = () => undefined
  Element.prototype.animate = (() => undefined) as unknown as Element['animate']
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 1200, 40))
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(100_000)
}

/** Opens the whole interface at an address, as the person of the world. */
export async function open(world: World, address: string) {
  window.history.replaceState(null, '', address)
  const user = userEvent.setup()
  const view = render(<App client={world as unknown as MessagingClient} />)
  // Pages are loaded when they are needed.
  await screen.findByRole('heading', { level: 1 })
  return { user, ...view }
}

/** Something happens on the other side, and the interface has taken it in. */
export async function happens(event: () => void): Promise<void> {
  await act(async () => {
    event()
    await new Promise((resolve) => requestAnimationFrame(resolve))
  })
}
