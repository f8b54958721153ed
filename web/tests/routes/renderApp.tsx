import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, expect, vi } from 'vitest'

import { App } from '@/app/App'
import { createMessagingClient, type MessagingClient } from '@/messaging'

import { settled } from '../fakes/clock'
import { serve } from '../fakes/page'
import type { FakeServer } from '../fakes/server'

let client: MessagingClient | undefined

afterEach(async () => {
  cleanup()
  await settled()
  await client?.logOut()
  localStorage.clear()
  sessionStorage.clear()
  globalThis.indexedDB = new IDBFactory()
})

/** jsdom has no layout and no media queries. */
export function stubBrowser({ pointer = 'fine' } = {}): void {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === `(pointer: ${pointer})`,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  vi.stubGlobal('visualViewport', null)
  vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
  Element.prototype.scrollIntoView = () => undefined
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function close() {
    this.open = false
    this.dispatchEvent(new Event('close'))
  }
  Element.prototype.scrollTo = () => undefined
  Element.prototype.animate = (() => undefined) as unknown as Element['animate']
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 1200, 40))
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(100_000)
}

/** Opens the whole interface at an address, logged in as somebody or as a guest, and waits until it has loaded. */
export async function open(server: FakeServer, address: string, userId?: string) {
  serve(server)
  window.history.replaceState(null, '', address)
  const opened = (client = createMessagingClient())
  if (userId !== undefined) await opened.logIn(userId)
  const user = userEvent.setup()
  const view = render(<App client={opened} />)
  // Pages are loaded when they are needed.
  await screen.findByRole('heading', { level: 1 })
  await waitFor(() =>
    expect(opened.queryClient.isFetching() === 0 || server.troubles.isHolding).toBe(true),
  )
  await happens(() => undefined)
  return { user, ...view }
}

/** Something happens at the server or in the browser, and the interface has taken it in. */
export async function happens(event: () => void): Promise<void> {
  await act(async () => {
    event()
    await settled()
    await new Promise((resolve) => requestAnimationFrame(resolve))
  })
}

/** The browser loses its network, and says so. */
export function goOffline(server: FakeServer): void {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  server.down = true
  server.cut()
  window.dispatchEvent(new Event('offline'))
}
