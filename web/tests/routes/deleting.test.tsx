import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

/** Maya wrote it four minutes ago. */
const LAST = 'Lovely! 17:30 at the main library, by the fountain?'
const LAST_SEQ = 11
/** Maya wrote it 41 minutes ago. */
const OLD = '130 and I add the good lock?'
/** Jonas wrote it. */
const THEIRS = 'Deal 🤝'
const THEIRS_SEQ = 9
const MINE_IS_DELETED = 'You deleted this message'

const log = () => screen.getByRole('log')
const field = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const messageWith = (text: string) => within(log()).getByText(text).closest('article')!
const names = () => screen.getAllByRole('menuitem').map(({ textContent }) => textContent)
const askedDialog = () => screen.findByRole('dialog', { name: 'Delete this message for everyone?' })

async function openChat({ deleteWindowSeconds = 172_800 } = {}) {
  const server = busyInbox()
  server.marketplace.deleteWindowSeconds = deleteWindowSeconds
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  const openMenu = async (text: string) => {
    const button = within(messageWith(text)).getByRole('button', { name: 'Message actions' })
    await view.user.click(button)
    return screen.findByRole('menu', { name: 'Message actions' })
  }
  const ask = async (text: string) => {
    await openMenu(text)
    await view.user.click(screen.getByRole('menuitem', { name: 'Delete for everyone' }))
    return within(await askedDialog())
  }
  const remove = async (text: string) => {
    const dialog = await ask(text)
    await view.user.click(dialog.getByRole('button', { name: 'Delete for everyone' }))
  }
  return { server, openMenu, ask, remove, ...view }
}

describe('deleting for everyone', () => {
  it('is offered for a message of mine, for some time', async () => {
    const { user, openMenu } = await openChat({ deleteWindowSeconds: 600 })
    await openMenu(LAST)
    expect(names()).toContain('Delete for everyone')
    await user.keyboard('{Escape}')
    for (const text of [OLD, THEIRS]) {
      await openMenu(text)
      expect(names()).not.toContain('Delete for everyone')
      await user.keyboard('{Escape}')
    }
  })

  it('asks first, shows the message, and deletes nothing when one thinks better of it', async () => {
    const { user, server, ask } = await openChat()
    const dialog = await ask(LAST)
    expect(dialog.getByText(LAST)).toBeInTheDocument()
    await user.click(dialog.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
    await happens(() => undefined)
    expect(server.frames.filter(({ type }) => type === 'delete_message')).toEqual([])
    expect(messageWith(LAST)).toBeInTheDocument()
  })

  it('leaves a placeholder without actions, also in the list, and says so', async () => {
    const { remove } = await openChat()
    await remove(LAST)
    const message = messageWith(MINE_IS_DELETED)
    expect(within(message).queryByRole('button')).not.toBeInTheDocument()
    expect(await screen.findByText('Message deleted.')).toBeInTheDocument() // read out
    await waitFor(() => expect(screen.getByText('Message deleted')).toBeInTheDocument()) // the list
    expect(document.body).not.toHaveTextContent(LAST)
  })

  it('is queued while offline', async () => {
    const { server, remove } = await openChat()
    await happens(() => goOffline(server))
    await remove(LAST)
    const mark = messageWith(MINE_IS_DELETED).querySelector('[data-status]')
    expect(mark).toHaveAttribute('data-status', 'queued')
  })

  it('says why it was refused, and shows the message again', async () => {
    const { user, server, remove } = await openChat()
    server.troubles.refuse(/delete_message/u, 'delete_window_passed')
    await remove(LAST)
    expect(await screen.findByText(/too old to be deleted/u)).toBeInTheDocument()
    const message = messageWith(LAST)
    await user.click(within(message).getByRole('button', { name: 'OK' }))
    await waitFor(() => expect(screen.queryByText(/too old/u)).not.toBeInTheDocument())
  })

  it('discards a message that waits for the network', async () => {
    const { user, server, openMenu } = await openChat()
    await happens(() => goOffline(server))
    await user.type(field(), 'a slip{Enter}')
    await openMenu('a slip')
    await user.click(screen.getByRole('menuitem', { name: 'Delete' }))
    await waitFor(() => expect(within(log()).queryByText('a slip')).not.toBeInTheDocument())
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    expect(await within(log()).findByText('a slip')).toBeInTheDocument()
  })
})

describe('a message that is deleted elsewhere', () => {
  it('is read out with the name of the other person', async () => {
    const { server } = await openChat()
    await happens(() => server.delete('bike', THEIRS_SEQ))
    expect(within(log()).getByText('This message was deleted')).toBeInTheDocument()
    expect(await screen.findByText(/^Jonas .*deleted a message\.$/u)).toBeInTheDocument()
    expect(within(log()).queryByText(THEIRS)).not.toBeInTheDocument()
  })

  it.each([
    ['menu', 'menu'],
    ['question', 'dialog'],
  ])('closes its %s', async (_name, role) => {
    const { server, openMenu, ask } = await openChat()
    await (role === 'menu' ? openMenu(LAST) : ask(LAST))
    await happens(() => server.delete('bike', LAST_SEQ))
    expect(screen.queryByRole(role)).not.toBeInTheDocument()
  })

  it('closes its earlier versions', async () => {
    const { server, user } = await openChat()
    await happens(() => server.edit('bike', THEIRS_SEQ, 'Deal!'))
    await user.click(screen.getByRole('button', { name: 'edited, show earlier versions' }))
    const dialog = within(await screen.findByRole('dialog'))
    expect(await dialog.findByText(THEIRS)).toBeInTheDocument()
    await happens(() => server.delete('bike', THEIRS_SEQ))
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
    expect(document.body).not.toHaveTextContent('Deal')
  })

  it('ends its editing, and keeps what was written as a draft', async () => {
    const { server, user, openMenu } = await openChat()
    await user.type(field(), 'half a thought')
    await openMenu(LAST)
    await user.click(screen.getByRole('menuitem', { name: 'Edit' }))
    await user.clear(field())
    await user.type(field(), '18:00 is better')
    await happens(() => server.delete('bike', LAST_SEQ))
    expect(screen.queryByText('Editing message')).not.toBeInTheDocument()
    expect(field()).toHaveValue('half a thought\n18:00 is better')
    expect(await screen.findByText(/that you were editing was deleted/u)).toBeInTheDocument()
  })

  it('ends its editing without a trace if nothing was changed', async () => {
    const { server, user, openMenu } = await openChat()
    await openMenu(LAST)
    await user.click(screen.getByRole('menuitem', { name: 'Edit' }))
    await happens(() => server.delete('bike', LAST_SEQ))
    expect(field()).toHaveValue('')
    expect(document.body).not.toHaveTextContent(LAST)
  })
})
