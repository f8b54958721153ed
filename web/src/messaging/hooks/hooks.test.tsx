import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import { IDBFactory } from 'fake-indexeddb'
import { useLayoutEffect } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { FakeBrowser } from '../../../tests/fakes/browser'
import { FakeClock, settled } from '../../../tests/fakes/clock'
import { FakeServer } from '../../../tests/fakes/server'
import { Tab } from '../../../tests/fakes/tab'

import {
  MessagingProvider,
  useConversation,
  useConversations,
  useDraft,
  useMessaging,
  useSession,
  useTimeline,
  useTypingIndicator,
  useUnreadTotal,
  type Messaging,
  type TimelineResult,
} from '..'

let server: FakeServer
let tab: Tab
let clock: FakeClock
let messaging: Messaging
let timeline: TimelineResult
let drawn: string[][]

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  server = new FakeServer()
  clock = new FakeClock()
  server.start('c1', 'ana', 'ben')
  server.start('c2', 'ana', 'zoe')
  tab = new Tab(server, new FakeBrowser(), clock)
  await tab.client.logIn('ana')
  drawn = []
})

afterEach(cleanup)

function Conversation({ id }: { id: string }) {
  const current = { messaging: useMessaging(), timeline: useTimeline(id) }
  const { entries } = current.timeline
  const { conversation, isNotFound } = useConversation(id)
  const [draft] = useDraft(id)
  const isTyping = useTypingIndicator(id)
  useLayoutEffect(() => {
    ;({ messaging, timeline } = current)
    drawn.push([id, ...entries.map(({ content }) => content)])
  })
  return (
    <div>
      <h1>{isNotFound ? 'not found' : conversation?.counterpart.name}</h1>
      <ol>
        {entries.map(({ key, content, status }) => (
          <li key={key}>{`${content} ${status}`}</li>
        ))}
      </ol>
      <p>{draft}</p>
      <p>{isTyping ? 'typing' : ''}</p>
    </div>
  )
}

function Sidebar() {
  const { conversations } = useConversations()
  const { user } = useSession()
  const unread = useUnreadTotal()
  return <nav>{[user?.id, unread, ...conversations.map(({ id }) => id)].join(' ')}</nav>
}

function App({ id = 'c1' }: { id?: string }) {
  return (
    <MessagingProvider client={tab.client}>
      <Sidebar />
      <Conversation id={id} />
    </MessagingProvider>
  )
}

const lines = () => screen.queryAllByRole('listitem').map(({ textContent }) => textContent)
const navigation = () => screen.getByRole('navigation')
const run = (action: () => unknown) =>
  act(async () => {
    action()
    await settled()
  })

async function show(id = 'c1') {
  const view = render(<App id={id} />)
  await waitFor(() => expect(timeline.isPending).toBe(false))
  await run(() => undefined)
  return view
}

describe('a message of mine', () => {
  it('is drawn at once, and stays the same line until it is read', async () => {
    await show()
    act(() => void messaging.send('c1', 'Hello'))
    expect(lines()).toEqual(['Hello sending'])
    const line = screen.getByRole('listitem')
    await run(() => undefined)
    await waitFor(() => expect(lines()).toEqual(['Hello sent']))
    await run(() => server.read('c1', 'ben', 1))
    await waitFor(() => expect(lines()).toEqual(['Hello read']))
    expect(screen.getByRole('listitem')).toBe(line)
  })

  it('is queued while there is no connection', async () => {
    await show()
    await run(() => {
      server.down = true
      server.cut()
    })
    await run(() => messaging.send('c1', 'Hello'))
    await waitFor(() => expect(lines()).toEqual(['Hello queued']))
  })
})

it('never draws the messages of another conversation, however quickly one switches', async () => {
  server.send('c1', 'ben', 'from Ben', 'b-1')
  server.send('c2', 'zoe', 'from Zoe', 'z-1')
  const { rerender } = await show()
  for (const id of ['c2', 'c1', 'c2', 'c1', 'c2']) rerender(<App id={id} />)
  await waitFor(() => expect(lines()).toEqual(['from Zoe sent']))
  for (const [id, ...contents] of drawn) {
    expect(contents).not.toContain(id === 'c1' ? 'from Zoe' : 'from Ben')
  }
})

it('keeps the commands the same while the connection comes and goes', async () => {
  await show()
  const { join, send, onMessage } = messaging
  await run(() => server.cut())
  expect(messaging.connection.status).not.toBe('connected')
  expect([messaging.join, messaging.send, messaging.onMessage]).toEqual([join, send, onMessage])
})

it('reports each message that arrives, once', async () => {
  await show()
  const received: string[] = []
  messaging.onMessage((id, { content }) => received.push(`${id} ${content}`))
  await run(() => {
    server.send('c1', 'ben', 'Hi', 'b-1')
    server.send('c2', 'zoe', 'Hey', 'z-1')
    messaging.send('c1', 'Hello')
  })
  await waitFor(() => expect(received).toEqual(['c1 Hi', 'c2 Hey', 'c1 Hello']))
})

it('counts what is unread and moves the liveliest conversation up', async () => {
  await show()
  await run(() => server.send('c1', 'ben', 'Hi', 'b-1'))
  await waitFor(() => expect(navigation()).toHaveTextContent('ana 1 c1 c2'))
  await run(() => messaging.markRead('c1', 1))
  await waitFor(() => expect(navigation()).toHaveTextContent('ana 0 c1 c2'))
})

it('loads older messages until there are none, and forgets them when the conversation is left', async () => {
  for (let number = 1; number <= 420; number += 1)
    server.send('c1', 'ben', `text ${number}`, `b-${number}`)
  const { rerender } = await show()
  expect([timeline.entries.length, timeline.hasOlder]).toEqual([50, true])
  await run(() => {
    timeline.loadingOlder.run()
    timeline.loadingOlder.run()
  })
  await waitFor(() => expect(timeline.entries).toHaveLength(250))
  await run(() => timeline.loadingOlder.run())
  await waitFor(() => expect(timeline.entries).toHaveLength(420))
  expect([timeline.entries.length, timeline.hasOlder]).toEqual([420, false])
  rerender(<App id="c2" />)
  await waitFor(() => expect(tab.timeline('c1')?.messages).toHaveLength(200))
})

it('shows a conversation of other people as not found', async () => {
  server.start('c9', 'eve', 'ben')
  render(<App id="c9" />)
  expect(await screen.findByRole('heading', { name: 'not found' })).toBeInTheDocument()
})

it('keeps a draft per conversation', async () => {
  const { rerender } = await show()
  act(() => tab.messenger.drafts.set('c1', 'I was about to'))
  expect(screen.getByText('I was about to')).toBeInTheDocument()
  rerender(<App id="c2" />)
  expect(screen.queryByText('I was about to')).not.toBeInTheDocument()
})

it('shows nothing of a person who logged out', async () => {
  server.send('c1', 'ben', 'Hi', 'b-1')
  await show()
  await waitFor(() => expect(lines()).toEqual(['Hi sent']))
  await run(() => tab.client.logOut())
  await waitFor(() => expect(lines()).toEqual([]))
  await waitFor(() => expect(navigation()).toHaveTextContent('0'))
  expect(messaging.connection).toEqual({ status: 'idle' })
})
