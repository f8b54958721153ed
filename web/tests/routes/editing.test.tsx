import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

/** Maya wrote it four minutes ago. */
const LAST = 'Lovely! 17:30 at the main library, by the fountain?'
const LAST_SEQ = 11
/** Maya wrote it 41 minutes ago. */
const OLD = '130 and I add the good lock?'

const log = () => screen.getByRole('log')
const field = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const messageWith = (text: string) => within(log()).getByText(text).closest('article')!
const markOf = (text: string) => messageWith(text).querySelector('[data-status]')
const names = () => screen.getAllByRole('menuitem').map(({ textContent }) => textContent)

async function openChat() {
  const server = busyInbox()
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  const openMenu = async (text: string) => {
    const button = within(messageWith(text)).getByRole('button', { name: 'Message actions' })
    await view.user.click(button)
    return screen.findByRole('menu', { name: 'Message actions' })
  }
  const edit = async (text: string) => {
    await openMenu(text)
    await view.user.click(screen.getByRole('menuitem', { name: 'Edit' }))
  }
  return { server, openMenu, edit, ...view }
}

describe('the actions of a message', () => {
  it('offer to edit a message of mine for some time, and to copy any', async () => {
    const { user, openMenu } = await openChat()
    await openMenu(LAST)
    expect(names()).toEqual(['Reply', 'Edit', 'Copy text', 'Delete for everyone'])
    await user.keyboard('{Escape}')
    await openMenu(OLD)
    expect(names()).toEqual(['Reply', 'Copy text', 'Delete for everyone'])
    await user.keyboard('{Escape}')
    await openMenu('Deal 🤝')
    expect(names()).toEqual(['Reply', 'Copy text'])
  })

  it('copy the text', async () => {
    const { user, openMenu } = await openChat()
    await openMenu('Deal 🤝')
    await user.click(screen.getByRole('menuitem', { name: 'Copy text' }))
    expect(await navigator.clipboard.readText()).toBe('Deal 🤝')
    expect(await screen.findByText('Copied.')).toBeInTheDocument()
  })

  it('are reached by the keyboard alone, which gets the focus back', async () => {
    const { user } = await openChat()
    log().focus()
    await user.keyboard('{ArrowUp}')
    expect(messageWith(LAST)).toHaveFocus()
    await user.keyboard('{ArrowUp}{ArrowDown}{Enter}')
    expect(screen.getByRole('menuitem', { name: 'Reply' })).toHaveFocus()
    await user.keyboard('{ArrowUp}{ArrowUp}') // past the emoji
    expect(screen.getByRole('menuitem', { name: 'Delete for everyone' })).toHaveFocus()
    await user.keyboard('{ArrowDown}{ArrowDown}')
    expect(screen.getByRole('menuitem', { name: 'Reply' })).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
    expect(messageWith(LAST)).toHaveFocus()
    await user.keyboard('{Shift>}{F10}{/Shift}')
    expect(screen.getByRole('menu')).toBeInTheDocument()
    await user.keyboard('{Escape}{Escape}')
    expect(log()).toHaveFocus()
  })

  it.each([
    ['open after a finger was held on it', 0, 1],
    ['stay closed while a finger scrolls', 30, 0],
  ])('%s', async (_name, moved, menus) => {
    await openChat()
    const bubble = within(log()).getByText(LAST)
    vi.useFakeTimers()
    const finger = { pointerType: 'touch', isPrimary: true, clientX: 9, clientY: 9 }
    fireEvent.pointerDown(bubble, finger)
    fireEvent.pointerMove(bubble, { ...finger, clientY: 9 + moved })
    await vi.advanceTimersByTimeAsync(600)
    vi.useRealTimers()
    await happens(() => undefined)
    expect(screen.queryAllByRole('menu')).toHaveLength(menus)
  })
})

describe('editing', () => {
  it('happens in the composer, shows at once, and gives the draft back', async () => {
    const { user, server, edit } = await openChat()
    await user.type(field(), 'half a thought')
    await edit(LAST)
    expect(field()).toHaveValue(LAST)
    expect(field()).toHaveFocus()
    expect(screen.getByText('Editing message')).toBeInTheDocument()
    await user.clear(field())
    server.troubles.hold(/edit_message/u)
    await user.type(field(), '18:00 is better{Enter}')
    expect(markOf('18:00 is better')).toHaveAttribute('data-status', 'sending')
    expect(field()).toHaveValue('half a thought')
    server.troubles.end()
    const mark = await screen.findByRole('button', { name: 'edited, show earlier versions' })
    expect(messageWith('18:00 is better')).toContainElement(mark)
    expect(server.marketplace.message('bike', LAST_SEQ)).toMatchObject({ version: 1 })
  })

  it.each([
    ['Escape', '!{Escape}'],
    ['saving an unchanged text', '{Enter}'],
  ])('ends without an edit by %s', async (_name, keys) => {
    const { user, server, edit } = await openChat()
    await edit(LAST)
    await user.type(field(), keys)
    expect(screen.queryByText('Editing message')).not.toBeInTheDocument()
    expect(field()).toHaveValue('')
    await happens(() => undefined)
    expect(server.frames.filter(({ type }) => type === 'edit_message')).toEqual([])
  })

  it('begins with the last message of mine by ArrowUp in an empty field only', async () => {
    const { user } = await openChat()
    await user.type(field(), 'a{ArrowUp}')
    expect(field()).toHaveValue('a')
    await user.clear(field())
    await user.keyboard('{ArrowUp}')
    expect(field()).toHaveValue(LAST)
  })

  it('is queued while offline, and shows the new text', async () => {
    const { user, server, edit } = await openChat()
    await happens(() => goOffline(server))
    await edit(LAST)
    await user.clear(field())
    await user.type(field(), '18:00 is better{Enter}')
    expect(markOf('18:00 is better')).toHaveAttribute('data-status', 'queued')
  })

  it('shows the text of another device that was first, and keeps mine in the field', async () => {
    const { user, server, edit } = await openChat()
    await edit(LAST)
    await user.clear(field())
    server.marketplace.edit('bike', LAST_SEQ, 'Half past six!') // not heard here yet
    await user.type(field(), '18:00 is better{Enter}')
    const conflict = within(await screen.findByRole('form', { name: 'Edit message' }))
    expect(await conflict.findByText(/changed on another device meanwhile/u)).toBeVisible()
    expect(field()).toHaveValue('18:00 is better')
    await happens(() => server.edit('bike', LAST_SEQ, 'Half past seven!'))
    expect(within(log()).getByText('Half past seven!')).toBeInTheDocument()
  })

  it('says why it was refused, and keeps the text', async () => {
    const { user, server, edit } = await openChat()
    server.troubles.refuse(/edit_message/u, 'edit_window_passed')
    await edit(LAST)
    await user.clear(field())
    await user.type(field(), '18:00 is better{Enter}')
    expect(await screen.findByText(/too old to be edited/u)).toBeInTheDocument()
    const message = messageWith(LAST)
    expect(within(message).getByText('18:00 is better')).toBeInTheDocument()
    expect(within(message).queryByRole('button', { name: 'Edit again' })).not.toBeInTheDocument()
    await user.click(within(message).getByRole('button', { name: 'Discard' }))
    await waitFor(() =>
      expect(within(log()).queryByText('18:00 is better')).not.toBeInTheDocument(),
    )
  })

  it('can be tried again after a refusal', async () => {
    const { user, server, edit } = await openChat()
    server.troubles.refuse(/edit_message/u, 'not_enabled')
    await edit(LAST)
    await user.clear(field())
    await user.type(field(), '18:00 is better{Enter}')
    await user.click(await screen.findByRole('button', { name: 'Edit again' }))
    expect(field()).toHaveValue('18:00 is better')
    server.troubles.end()
    await user.keyboard('{Enter}')
    await waitFor(() =>
      expect(server.marketplace.message('bike', LAST_SEQ).content).toBe('18:00 is better'),
    )
    expect(screen.queryByText(/was not saved/u)).not.toBeInTheDocument()
  })
})

describe('the earlier versions', () => {
  async function openVersions(trouble?: 'hold' | 'refuse') {
    const { user, server, ...view } = await openChat()
    if (trouble !== undefined) server.troubles[trouble](/versions/u)
    await happens(() => void server.edit('bike', 9, 'Deal!'))
    await user.click(screen.getByRole('button', { name: 'edited, show earlier versions' }))
    const dialog = await screen.findByRole('dialog', { name: 'Earlier versions' })
    return { user, server, dialog, ...view }
  }

  it('are open to the other person, with the present text', async () => {
    const { user, dialog } = await openVersions()
    const texts = await within(dialog).findAllByRole('listitem')
    expect(texts.map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('Deal 🤝'),
      expect.stringMatching(/Now.*Deal!/u),
    ])
    await user.click(within(dialog).getByRole('button', { name: 'Close' }))
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  })

  it('say that they are loading', async () => {
    const { dialog } = await openVersions('hold')
    expect(within(dialog).getByRole('status', { name: 'Loading earlier versions' })).toBeVisible()
  })

  it('say that there are none', async () => {
    const { server, user } = await openChat()
    await happens(() => void server.edit('bike', 9, 'Deal!'))
    vi.spyOn(server.marketplace, 'versions').mockReturnValue([])
    await user.click(screen.getByRole('button', { name: 'edited, show earlier versions' }))
    expect(await screen.findByText('There are no earlier versions.')).toBeInTheDocument()
  })

  it('say that they could not be loaded, and can be asked for again', async () => {
    const { dialog, server, user } = await openVersions('refuse')
    await within(dialog).findByText('Could not load the earlier versions')
    server.troubles.end()
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
    expect(await within(dialog).findByText('Deal 🤝')).toBeInTheDocument()
  })
})
