import { act, createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { busyInbox, longConversation } from '../fixtures/scenes'
import { happens, open, stubBrowser } from './renderApp'

vi.mock('@/messaging', () => import('../fixtures/messaging'))

beforeEach(() => stubBrowser())

const log = () => screen.getByRole('log')
const composer = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const sendButton = () => screen.getByRole('button', { name: 'Send' })

async function openChat(name: string) {
  const { world, ids } = busyInbox()
  const id = ids[name]!
  return { world, ids, id, ...(await open(world, `/messages/${id}`)) }
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
    const { user, world } = await openChat('bike')
    await user.type(composer(), 'にほん')
    const confirm = createEvent.keyDown(composer(), { key: 'Enter', isComposing: true })
    fireEvent(composer(), confirm)
    expect(world.state.pending).toEqual([])
    expect(confirm.defaultPrevented).toBe(false)
  })

  it('sends nothing that is only white space', async () => {
    const { user, world } = await openChat('bike')
    await user.type(composer(), '   {Enter}')
    expect(sendButton()).toBeDisabled()
    expect(world.state.pending).toEqual([])
  })

  it('counts Unicode characters near the limit and refuses more', async () => {
    const { user, world } = await openChat('bike')
    await user.click(composer())
    await user.paste('🚲'.repeat(3_990))
    expect(screen.getByText('10 characters left')).toBeInTheDocument()
    expect(sendButton()).toBeEnabled()
    await user.paste('🚲'.repeat(12))
    expect(screen.getByText('Too long by 2. The limit is 4,000 characters.')).toBeInTheDocument()
    expect(sendButton()).toBeDisabled()
    await user.type(composer(), '{Enter}')
    expect(world.state.pending).toEqual([])
  })

  it('does not send what nobody could see', async () => {
    const { user, world } = await openChat('bike')
    await user.click(composer())
    await user.paste('\u200b\u00ad\u3164\ufeff')
    expect(sendButton()).toBeDisabled()
    await user.type(composer(), '{Enter}')
    expect(world.state.pending).toEqual([])
    await user.paste('!')
    expect(sendButton()).toBeEnabled()
  })

  it('keeps a draft for each conversation', async () => {
    const { user, world, ids } = await openChat('bike')
    await user.type(composer(), 'half a thought')
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    expect(composer()).toHaveValue('')
    await user.click(screen.getByRole('link', { name: /Jonas Weber/u }))
    expect(composer()).toHaveValue('half a thought')
    expect(world.calls.at(-1)).not.toBe(`typing ${ids.bike!} true`)
  })

  it('says that one is typing, and that one has stopped', async () => {
    const { user, world, id } = await openChat('bike')
    await user.type(composer(), 'a')
    expect(world.calls).toContain(`typing ${id} true`)
    await user.clear(composer())
    expect(world.calls.at(-1)).toBe(`typing ${id} false`)
  })
})

describe('how far a message has come', () => {
  const markOf = (text: string) => {
    const bubble = within(log()).getByText(text).closest('article')!
    return bubble.querySelector('[data-status]')?.getAttribute('data-status')
  }

  it('goes from sending to sent to read, in one and the same bubble', async () => {
    const { user, world, id } = await openChat('bike')
    await user.type(composer(), 'On my way{Enter}')
    const bubble = within(log()).getByText('On my way').closest('article')
    expect(markOf('On my way')).toBe('sending')
    await happens(() => world.acknowledge(world.state.pending[0]!.entry.clientMessageId))
    expect(markOf('On my way')).toBe('sent')
    await happens(() => world.update(id, { counterpartLastReadSeq: 12 }))
    expect(markOf('On my way')).toBe('read')
    expect(within(log()).getAllByText('On my way')).toHaveLength(1)
    expect(within(log()).getByText('On my way').closest('article')).toBe(bubble)
  })

  it('is queued while offline', async () => {
    const { user, world } = await openChat('bike')
    await happens(() => world.change({ connection: { status: 'offline' } }))
    await user.type(composer(), 'Later{Enter}')
    expect(markOf('Later')).toBe('queued')
    expect(within(log()).getByText('Queued')).toBeInTheDocument()
  })

  it('tells why it failed, and tries again or forgets it', async () => {
    const { user, world } = await openChat('bike')
    await user.type(composer(), 'Too fast{Enter}')
    const { clientMessageId } = world.state.pending[0]!.entry
    await happens(() => world.mark(clientMessageId, 'failed', 'rate_limited'))
    expect(screen.getByText(/faster than allowed/u)).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(markOf('Too fast')).toBe('sending')
    await happens(() => world.mark(clientMessageId, 'failed'))
    await user.click(screen.getByRole('button', { name: 'Delete' }))
    expect(screen.queryByText('Too fast')).not.toBeInTheDocument()
  })
})

describe('reading', () => {
  it('never shows the messages of another conversation', async () => {
    const { user } = await openChat('bike')
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    expect(screen.getByRole('log', { name: 'Messages with Luca Moretti' })).toBeInTheDocument()
    expect(within(log()).queryByText('Perfect, thank you!')).not.toBeInTheDocument()
    expect(within(log()).getByText('Are you around tomorrow?')).toBeInTheDocument()
  })

  it('marks as read what is on screen, once, and clears the badges', async () => {
    const { world, ids } = busyInbox()
    const { user } = await open(world, '/messages')
    await waitFor(() => expect(document.title).toBe('(3) Messages · MyBazaar'))
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    const marks = () => world.calls.filter((call) => call.startsWith('markRead'))
    await waitFor(() => expect(marks()).toEqual([`markRead ${ids.guitar!} 4`]))
    expect(document.title).toBe('Messages · MyBazaar')
    expect(screen.queryByText('3 unread')).not.toBeInTheDocument()
    await happens(() => world.update(ids.guitar!, {}))
    expect(marks()).toHaveLength(1)
  })

  it('marks nothing while the tab is hidden, and catches up when it is shown', async () => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const { world, id } = await openChat('guitar')
    await happens(() => undefined)
    expect(world.calls.filter((call) => call.startsWith('markRead'))).toEqual([])
    visibility.mockReturnValue('visible')
    await happens(() => document.dispatchEvent(new Event('visibilitychange')))
    expect(world.calls).toContain(`markRead ${id} 4`)
  })

  it('shows a line above what was unread at opening', async () => {
    await openChat('guitar')
    expect(within(log()).getByText('New messages')).toBeInTheDocument()
  })

  it('shows that the other person is typing', async () => {
    const { world, id } = await openChat('bike')
    await happens(() => world.change({ typing: { [id]: true } }))
    expect(within(log()).getByText('Jonas Weber is typing')).toBeInTheDocument()
    await happens(() => world.change({ typing: {} }))
    expect(screen.queryByText('Jonas Weber is typing')).not.toBeInTheDocument()
  })

  it('reads a new message out in the one polite live region', async () => {
    const { world, id, container } = await openChat('bike')
    await happens(() => world.receive(id, 'I am by the fountain'))
    const regions = container.querySelectorAll('[aria-live="polite"], [role="status"]')
    expect(regions).toHaveLength(1)
    expect(regions[0]).toHaveTextContent('Jonas Weber: I am by the fountain')
  })

  it('joins the conversation on screen and leaves it again', async () => {
    const { user, world, ids } = await openChat('bike')
    expect([...world.joined]).toEqual([ids.bike])
    await user.click(screen.getByRole('link', { name: /Luca Moretti/u }))
    expect([...world.joined]).toEqual([ids.guitar])
  })
})

describe('text', () => {
  it('stays text, whatever is in it', async () => {
    await openChat('long')
    expect(within(log()).getByText(/<img src=x onerror=alert\(1\)> javascript:/u)).toBeVisible()
    expect(log().querySelector('img')).toBeNull()
    expect(within(log()).queryByRole('link')).not.toBeInTheDocument()
  })

  it('makes http addresses into links that give nothing away', async () => {
    await openChat('bike')
    const link = within(log()).getByRole('link')
    expect(link).toHaveAttribute('href', 'https://www.example.org/bikes/city-58?ref=mybazaar')
    expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
    expect(link).toHaveAttribute('target', '_blank')
  })

  it('lets each message choose its own direction', async () => {
    await openChat('rtl')
    expect(within(log()).getByText(/مرحبا/u).closest('[dir]')).toHaveAttribute('dir', 'auto')
  })
})

describe('a long conversation', () => {
  it('loads older messages on the way up', async () => {
    const { world, id } = longConversation(200)
    await open(world, `/messages/${id}`)
    await waitFor(() => expect(world.state.loaded[id]).toBeGreaterThan(40))
  })
})

describe('what may go wrong', () => {
  it('says so when a conversation does not exist', async () => {
    const { world } = busyInbox()
    await open(world, '/messages/00000000-0000-7000-8000-00000000ffff')
    expect(screen.getByText('There is no such conversation')).toBeInTheDocument()
  })

  it('offers another try when messages cannot be loaded', async () => {
    const { world, ids } = busyInbox()
    world.change({ stuck: { timeline: 'error' } })
    const { user } = await open(world, `/messages/${ids.bike!}`)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(world.calls).toContain('refetch timeline')
  })

  it('says what stands in for messages while they load', async () => {
    const { world, ids } = busyInbox()
    world.change({ stuck: { timeline: 'pending' } })
    await open(world, `/messages/${ids.bike!}`)
    expect(screen.getByLabelText('Loading messages')).toBeInTheDocument()
  })

  it.each(['pending', 'error'] as const)(
    'shows what I wrote also while the history is not there: %s',
    async (timeline) => {
      const { world, ids } = busyInbox()
      world.change({ stuck: { timeline } })
      const { user } = await open(world, `/messages/${ids.bike!}`)
      await user.type(composer(), 'See you there!{Enter}')
      expect(screen.getByRole('article')).toHaveTextContent('See you there!')
      await happens(() => world.change({ stuck: {} }))
      expect(within(log()).getByText('See you there!')).toBeInTheDocument()
    },
  )
})

it('opens a conversation without messages with an invitation', async () => {
  const { world } = await openChat('new')
  expect(screen.getByText(/the beginning of your conversation/u)).toBeInTheDocument()
  act(() => world.receive(world.state.conversations.at(-1)!.id, 'First!'))
  expect(await within(log()).findByText('First!')).toBeInTheDocument()
})
