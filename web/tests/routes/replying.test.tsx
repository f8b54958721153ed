import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

/** Jonas wrote it, the ninth of eleven. */
const DEAL = 'Deal 🤝'
const DEAL_SEQ = 9

const log = () => screen.getByRole('log')
const field = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const bar = () => screen.queryByText(/^Replying/u)
const messageWith = (text: string) =>
  within(log()).getByText(text, { selector: '[data-text]' }).closest('article')!
const quoteIn = (text: string) =>
  within(messageWith(text)).getByRole('button', { name: /In reply/u })

async function openChat() {
  const server = busyInbox()
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  const reply = async (text: string) => {
    const button = within(messageWith(text)).getByRole('button', { name: 'Message actions' })
    await view.user.click(button)
    await view.user.click(screen.getByRole('menuitem', { name: 'Reply' }))
  }
  return { server, reply, ...view }
}

describe('replying', () => {
  it('shows what it answers above the field, and in the bubble once it is sent', async () => {
    const { user, server, reply } = await openChat()
    await reply(DEAL)
    expect(screen.getByText('Replying to Jonas Weber')).toBeInTheDocument()
    expect(field()).toHaveFocus()
    expect(field()).toHaveAccessibleDescription(/Replying to Jonas Weber.*Deal/u)
    await user.type(field(), 'Great!{Enter}')
    expect(bar()).not.toBeInTheDocument()
    expect(quoteIn('Great!')).toHaveAccessibleName('In reply to Jonas Weber Deal 🤝')
    await waitFor(() =>
      expect(server.marketplace.messages('bike', {}).messages.at(-1)).toMatchObject({
        content: 'Great!',
        replyTo: DEAL_SEQ,
      }),
    )
    await user.type(field(), 'And no reply{Enter}')
    await happens(() => undefined)
    expect(within(messageWith('And no reply')).queryByText(/In reply/u)).not.toBeInTheDocument()
  })

  it.each([
    ['Escape', (user: User) => user.keyboard('{Escape}')],
    [
      'its button',
      (user: User) => user.click(screen.getByRole('button', { name: 'Cancel reply' })),
    ],
  ])('is cancelled by %s, which leaves the text', async (_name, cancel) => {
    const { user, server, reply } = await openChat()
    await user.type(field(), 'half a thought')
    await reply(DEAL)
    await cancel(user)
    expect(bar()).not.toBeInTheDocument()
    expect(field()).toHaveValue('half a thought')
    expect(field()).toHaveFocus()
    await user.keyboard('{Enter}')
    await waitFor(() =>
      expect(server.marketplace.messages('bike', {}).messages.at(-1)).not.toHaveProperty('replyTo'),
    )
  })

  it('takes the place of editing, and comes back after it', async () => {
    const { user, reply } = await openChat()
    await user.keyboard('{ArrowUp}')
    expect(screen.getByText('Editing message')).toBeInTheDocument()
    await reply(DEAL)
    expect(screen.queryByText('Editing message')).not.toBeInTheDocument()
    await user.keyboard('{ArrowUp}')
    expect(screen.getByText('Editing message')).toBeInTheDocument()
    expect(bar()).not.toBeInTheDocument()
    await user.keyboard('{Escape}')
    expect(bar()).toBeInTheDocument()
  })

  it('belongs to its conversation', async () => {
    const { user, reply } = await openChat()
    await reply(DEAL)
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    await waitFor(() => expect(bar()).not.toBeInTheDocument())
    await user.click(screen.getByRole('link', { name: /Jonas Weber/u }))
    await waitFor(() => expect(bar()).toBeInTheDocument())
  })

  it('is queued while offline, with its quote', async () => {
    const { user, server, reply } = await openChat()
    await happens(() => goOffline(server))
    await reply(DEAL)
    await user.type(field(), 'Great!{Enter}')
    expect(messageWith('Great!').querySelector('[data-status=queued]')).not.toBeNull()
    expect(quoteIn('Great!')).toHaveTextContent(DEAL)
  })
})

describe('the quote', () => {
  it('follows an edit, and shows nothing of a deleted message', async () => {
    const { server } = await openChat()
    await happens(() => server.send('bike', 'jonas', 'As I said', 'j-1', DEAL_SEQ))
    expect(quoteIn('As I said')).toHaveTextContent(DEAL)
    await happens(() => server.edit('bike', DEAL_SEQ, 'A deal!'))
    expect(quoteIn('As I said')).toHaveTextContent('A deal!')
    const edit = server.marketplace.edit.bind(server.marketplace)
    vi.spyOn(server.marketplace, 'edit').mockImplementation((...parts) => {
      return Object.assign(edit(...parts), { deleted: true })
    })
    await happens(() => server.edit('bike', DEAL_SEQ, '(deleted)'))
    expect(quoteIn('As I said')).toHaveTextContent('Message deleted')
    expect(quoteIn('As I said')).not.toHaveTextContent(/deal|\(deleted\)/u)
  })

  it('leads to its message, says which it is, and back', async () => {
    const { user, server } = await openChat()
    await happens(() => server.send('bike', 'jonas', 'As I said', 'j-1', 1))
    const [first] = server.marketplace.messages('bike', {}).messages
    // The end is far away.
    vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(1_000_000)
    await user.click(quoteIn('As I said'))
    await waitFor(() => expect(messageWith(first!.content)).toHaveFocus())
    expect(await screen.findByText(`Jonas Weber: ${first!.content}`)).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Back to where you were' }))
    await waitFor(() => expect(messageWith('As I said')).toHaveFocus())
    expect(screen.queryByRole('button', { name: /^Back to where/u })).not.toBeInTheDocument()
  })

  it('is pressed by Enter', async () => {
    const { user, server } = await openChat()
    await happens(() => server.send('bike', 'jonas', 'As I said', 'j-1', DEAL_SEQ))
    log().focus()
    await user.keyboard('{ArrowUp}')
    expect(messageWith('As I said')).toHaveFocus()
    await user.tab()
    expect(quoteIn('As I said')).toHaveFocus()
    await user.keyboard('{Enter}')
    await waitFor(() => expect(messageWith(DEAL)).toHaveFocus())
  })
})

type User = Awaited<ReturnType<typeof open>>['user']
