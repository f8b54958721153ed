import { createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { ClientFrame } from '@/contracts/types'

import type { FakeServer } from '../fakes/server'
import { busyInbox, longConversation } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

const log = () => screen.getByRole('log')
const composer = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const sendButton = () => screen.getByRole('button', { name: 'Send' })

async function openChat(name: string) {
  const server = busyInbox()
  const view = await open(server, `/messages/${name}`, 'maya')
  await screen.findByRole('log')
  return { server, ...view }
}

async function openWithoutHistory(trouble: 'hold' | 'refuse') {
  const server = busyInbox()
  server.troubles[trouble](/GET .*messages/u)
  return { server, ...(await open(server, '/messages/bike', 'maya')) }
}

const framesOf = (server: FakeServer, type: ClientFrame['type']) =>
  server.frames.filter((frame) => frame.type === type)

async function expectNothingSent(server: FakeServer): Promise<void> {
  await happens(() => undefined)
  expect(framesOf(server, 'send_message')).toEqual([])
  expect(screen.queryByText(/^(Sending|Queued)$/u)).not.toBeInTheDocument()
}

describe('writing', () => {
  it('sends with Enter, shows the bubble at once and empties the field', async () => {
    const { user } = await openChat('bike')
    await user.type(composer(), 'See you there!{Enter}')
    expect(within(log()).getByText('See you there!')).toBeInTheDocument()
    expect(composer()).toHaveValue('')
    expect(composer()).toHaveFocus()
  })

  it('breaks the line with Shift and Enter', async () => {
    const { user } = await openChat('bike')
    await user.type(composer(), 'one{Shift>}{Enter}{/Shift}two')
    expect(composer()).toHaveValue('one\ntwo')
  })

  it('leaves Enter to an input method that is composing', async () => {
    const { user, server } = await openChat('bike')
    await user.type(composer(), 'にほん')
    const confirm = createEvent.keyDown(composer(), { key: 'Enter', isComposing: true })
    fireEvent(composer(), confirm)
    await expectNothingSent(server)
    expect(confirm.defaultPrevented).toBe(false)
  })

  it('sends nothing that is only white space', async () => {
    const { user, server } = await openChat('bike')
    await user.type(composer(), '   {Enter}')
    expect(sendButton()).toBeDisabled()
    await expectNothingSent(server)
  })

  it('counts Unicode characters near the limit and refuses more', async () => {
    const { user, server } = await openChat('bike')
    await user.click(composer())
    await user.paste('🚲'.repeat(3_990))
    expect(screen.getByText('10 characters left')).toBeInTheDocument()
    expect(sendButton()).toBeEnabled()
    await user.paste('🚲'.repeat(12))
    expect(screen.getByText('Too long by 2. The limit is 4,000 characters.')).toBeInTheDocument()
    expect(sendButton()).toBeDisabled()
    await user.type(composer(), '{Enter}')
    await expectNothingSent(server)
  })

  it('does not send what nobody could see', async () => {
    const { user, server } = await openChat('bike')
    await user.click(composer())
    await user.paste('\u200b\u00ad\u3164\ufeff')
    expect(sendButton()).toBeDisabled()
    await user.type(composer(), '{Enter}')
    await expectNothingSent(server)
    await user.paste('!')
    expect(sendButton()).toBeEnabled()
  })

  it('keeps a draft for each conversation', async () => {
    const { user } = await openChat('bike')
    await user.type(composer(), 'half a thought')
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    await waitFor(() => expect(composer()).toHaveValue(''))
    await user.click(screen.getByRole('link', { name: /Jonas Weber/u }))
    await waitFor(() => expect(composer()).toHaveValue('half a thought'))
  })

  it('sends that one is typing, and that one has stopped', async () => {
    const { user, server } = await openChat('bike')
    const typing = { type: 'typing', conversationId: 'bike' }
    await user.type(composer(), 'a')
    await waitFor(() => expect(server.frames.at(-1)).toEqual({ ...typing, isTyping: true }))
    await user.clear(composer())
    await waitFor(() => expect(server.frames.at(-1)).toEqual({ ...typing, isTyping: false }))
  })
})

describe('how far a message has come', () => {
  const markOf = (text: string) => {
    const bubble = within(log()).getByText(text).closest('article')!
    return bubble.querySelector('[data-status]')?.getAttribute('data-status')
  }

  it('goes from sending to sent to read, in one and the same bubble', async () => {
    const { user, server } = await openChat('bike')
    server.troubles.hold(/send_message/u)
    await user.type(composer(), 'On my way{Enter}')
    const bubble = within(log()).getByText('On my way').closest('article')
    expect(markOf('On my way')).toBe('sending')
    server.troubles.end()
    await waitFor(() => expect(markOf('On my way')).toBe('sent'))
    await happens(() => server.read('bike', 'jonas', 12))
    await waitFor(() => expect(markOf('On my way')).toBe('read'))
    expect(within(log()).getAllByText('On my way')).toHaveLength(1)
    expect(within(log()).getByText('On my way').closest('article')).toBe(bubble)
  })

  it('is queued while offline', async () => {
    const { user, server } = await openChat('bike')
    await happens(() => goOffline(server))
    await user.type(composer(), 'Later{Enter}')
    expect(await within(log()).findByText('Queued')).toBeInTheDocument()
    expect(markOf('Later')).toBe('queued')
  })

  it('shows why it failed, and offers to retry or delete it', async () => {
    const { user, server } = await openChat('bike')
    server.troubles.refuse(/send_message/u, 'counterpart_deleted')
    await user.type(composer(), 'Goodbye{Enter}')
    expect(await screen.findByText(/other account was deleted/u)).toBeInTheDocument()
    server.troubles.hold(/send_message/u)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(markOf('Goodbye')).toBe('sending'))
    server.troubles.release()
    await user.click(await screen.findByRole('button', { name: 'Delete' }))
    await waitFor(() => expect(within(log()).queryByText('Goodbye')).not.toBeInTheDocument())
  })
})

describe('reading', () => {
  it('never shows the messages of another conversation', async () => {
    const { user } = await openChat('bike')
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    const messages = await screen.findByRole('log', { name: 'Messages with Luca Moretti' })
    expect(await within(messages).findByText('Are you around tomorrow?')).toBeInTheDocument()
    expect(within(log()).queryByText('Perfect, thank you!')).not.toBeInTheDocument()
  })

  it('marks as read what is on screen, once, and clears the badges', async () => {
    const server = busyInbox()
    const { user } = await open(server, '/messages', 'maya')
    await waitFor(() => expect(document.title).toBe('(3) Messages · MyBazaar'))
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    const mark = { type: 'mark_read', conversationId: 'guitar', seq: 4 }
    await waitFor(() => expect(framesOf(server, 'mark_read')).toEqual([mark]))
    await waitFor(() => expect(document.title).toBe('Messages · MyBazaar'))
    await waitFor(() => expect(screen.queryByText('3 unread')).not.toBeInTheDocument())
    await happens(() => server.send('plant', 'ines', 'Still interested?', 'i-1'))
    expect(framesOf(server, 'mark_read')).toHaveLength(1)
  })

  it('marks nothing while the tab is hidden, and catches up when it is shown', async () => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const { server } = await openChat('guitar')
    await happens(() => undefined)
    expect(framesOf(server, 'mark_read')).toEqual([])
    visibility.mockReturnValue('visible')
    await happens(() => document.dispatchEvent(new Event('visibilitychange')))
    await waitFor(() => expect(framesOf(server, 'mark_read')).toHaveLength(1))
    expect(server.marketplace.conversation('guitar', 'maya').unreadCount).toBe(0)
  })

  it('shows a line above what was unread at opening', async () => {
    await openChat('guitar')
    expect(await within(log()).findByText('New messages')).toBeInTheDocument()
  })

  it('shows that the other person is typing', async () => {
    const { server } = await openChat('bike')
    await happens(() => server.type('bike', 'jonas', true))
    expect(await within(log()).findByText('Jonas Weber is typing')).toBeInTheDocument()
    await happens(() => server.type('bike', 'jonas', false))
    await waitFor(() => expect(screen.queryByText('Jonas Weber is typing')).not.toBeInTheDocument())
  })

  it('reads a new message out once, in one polite live region', async () => {
    const { server, container } = await openChat('bike')
    await happens(() => server.send('bike', 'jonas', 'I am by the fountain', 'j-1'))
    const regions = () => [
      ...container.querySelectorAll('[aria-live="polite"], [role="status"], [role="log"]'),
    ]
    const readOut = () => regions().filter((region) => region.ariaLive !== 'off')
    const saying = () => readOut().filter(({ textContent }) => textContent.includes('fountain'))
    await waitFor(() => expect(saying()).toHaveLength(1))
    expect(saying()[0]).toHaveTextContent('Jonas Weber: I am by the fountain')
  })

  it('joins the conversation on screen and leaves it again', async () => {
    const { user, server } = await openChat('bike')
    const join = (conversationId: string) => ({ type: 'join_conversation', conversationId })
    await waitFor(() => expect(framesOf(server, 'join_conversation')).toEqual([join('bike')]))
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    await waitFor(() =>
      expect(framesOf(server, 'join_conversation')).toEqual([join('bike'), join('guitar')]),
    )
    expect(framesOf(server, 'leave_conversation')).toEqual([
      { type: 'leave_conversation', conversationId: 'bike' },
    ])
  })
})

describe('text', () => {
  it('stays text, whatever is in it', async () => {
    await openChat('long')
    const shown = within(log())
    expect(await shown.findByText(/<img src=x onerror=alert\(1\)> javascript:/u)).toBeVisible()
    expect(log().querySelector('img')).toBeNull()
    expect(shown.queryByRole('link')).not.toBeInTheDocument()
  })

  it('makes http addresses into links that give nothing away', async () => {
    await openChat('bike')
    const link = await within(log()).findByRole('link')
    expect(link).toHaveAttribute('href', 'https://www.example.org/bikes/city-58?ref=mybazaar')
    expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
    expect(link).toHaveAttribute('target', '_blank')
  })

  it('lets each message choose its own direction', async () => {
    await openChat('rtl')
    const text = await within(log()).findByText(/مرحبا/u)
    expect(text.closest('[dir]')).toHaveAttribute('dir', 'auto')
  })
})

describe('a long conversation', () => {
  it('loads older messages on the way up', async () => {
    const server = longConversation(200)
    await open(server, '/messages/long', 'maya')
    const pages = () => server.requests.filter((request) => request.endsWith('/messages'))
    await waitFor(() => expect(pages()).toHaveLength(2))
  })
})

describe('what may go wrong', () => {
  it('says that a conversation does not exist', async () => {
    await open(busyInbox(), '/messages/00000000-0000-7000-8000-00000000ffff', 'maya')
    expect(await screen.findByText('There is no such conversation')).toBeInTheDocument()
  })

  it('offers another try when messages cannot be loaded', async () => {
    const { server, user } = await openWithoutHistory('refuse')
    const retry = await screen.findByRole('button', { name: 'Try again' })
    server.troubles.end()
    await user.click(retry)
    expect(await screen.findByText('Perfect, thank you!')).toBeInTheDocument()
  })

  it('labels the placeholder while messages load', async () => {
    await openWithoutHistory('hold')
    expect(await screen.findByLabelText('Loading messages')).toBeInTheDocument()
  })

  it.each(['hold', 'refuse'] as const)(
    'shows what I wrote also while the history is missing: %s',
    async (trouble) => {
      const { server, user } = await openWithoutHistory(trouble)
      // Once it is sent it belongs to the history.
      server.troubles.hold(/send_message/u)
      await user.type(composer(), 'See you there!{Enter}')
      expect(await screen.findByRole('article')).toHaveTextContent('See you there!')
      server.troubles.end()
      if (trouble === 'refuse') await user.click(screen.getByRole('button', { name: 'Try again' }))
      expect(
        await within(await screen.findByRole('log')).findByText('See you there!'),
      ).toBeVisible()
    },
  )
})

it('opens a conversation without messages with an invitation', async () => {
  const { server } = await openChat('new')
  expect(await screen.findByText(/the beginning of your conversation/u)).toBeInTheDocument()
  await happens(() => server.send('new', 'aisha', 'First!', 'a-1'))
  expect(await within(log()).findByText('First!')).toBeInTheDocument()
})
