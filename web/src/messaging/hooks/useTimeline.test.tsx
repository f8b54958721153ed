import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { IDBFactory } from 'fake-indexeddb'
import type { PropsWithChildren } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { FakeBrowser } from '../../../tests/fakes/browser'
import { FakeClock, settled } from '../../../tests/fakes/clock'
import { FakeServer } from '../../../tests/fakes/server'
import { Tab } from '../../../tests/fakes/tab'

import { MessagingProvider, useTimeline } from '..'
import { useConversations } from './useConversations'

let server: FakeServer
let tab: Tab
let clock: FakeClock

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  server = new FakeServer()
  clock = new FakeClock()
  server.start('c1', 'ana', 'ben')
  tab = new Tab(server, new FakeBrowser(), clock)
  await tab.client.logIn('ana')
})

afterEach(cleanup)

const run = (action: () => unknown) =>
  act(async () => {
    action()
    await settled()
  })

function write(count: number): void {
  for (let number = 1; number <= count; number += 1)
    server.marketplace.send('c1', 'ben', `text ${number}`, `b-${number}`)
}

const reply = (text: string, replyTo: number) =>
  server.send('c1', 'ben', text, `reply-${text}`, replyTo)

async function show(around?: number) {
  const view = renderHook(
    (props: { around?: number | undefined }) => {
      useConversations()
      return useTimeline('c1', props.around)
    },
    {
      initialProps: { around },
      wrapper: ({ children }: PropsWithChildren) => (
        <MessagingProvider client={tab.client}>{children}</MessagingProvider>
      ),
    },
  )
  const timeline = () => view.result.current
  await waitFor(() => expect(timeline().isPending).toBe(false))
  await run(() => undefined)
  const seqs = () => timeline().entries.map(({ seq }) => seq)
  const entry = (seq: number) => timeline().entries.find((each) => each.seq === seq)
  const look = (seq?: number) => run(() => view.rerender({ around: seq }))
  return { timeline, seqs, entry, look }
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('an older part', () => {
  it('is around a message 5,000 back, and the newest messages are kept for the way back', async () => {
    write(5_100)
    const { timeline, seqs, look } = await show()
    const newest = seqs()
    await look(1_000)
    await waitFor(() => expect(timeline().hasNewer).toBe(true))
    expect(seqs()).toEqual(range(900, 1_099))
    expect([timeline().hasOlder, timeline().loadedFrom]).toEqual([true, 5_051])
    const asked = server.requests.length
    await look(undefined)
    expect([seqs(), timeline().hasNewer]).toEqual([newest, false])
    await look(1_000)
    expect(seqs()).toEqual(range(900, 1_099))
    expect(server.requests).toHaveLength(asked)
  })

  it('is loaded also around a message that is here because it is quoted', async () => {
    write(300)
    reply('to an old one', 100)
    const { seqs, entry, look } = await show()
    await waitFor(() => expect(entry(301)?.quote?.message?.seq).toBe(100))
    await look(100)
    await waitFor(() => expect(seqs()).toEqual(range(1, 200)))
  })

  it('does not show what arrives meanwhile, which the way back does', async () => {
    write(300)
    const { seqs, look } = await show(100)
    await run(() => {
      server.send('c1', 'ben', 'new', 'new-1')
      tab.messenger.send('c1', 'mine')
    })
    expect(seqs()).toEqual(range(1, 200))
    await look(undefined)
    await waitFor(() => expect(seqs().slice(-2)).toEqual([301, 302]))
  })

  it('grows at both ends, until it joins on to the newest messages', async () => {
    write(600)
    const { timeline, seqs } = await show(250)
    const asked = server.requests.length
    server.troubles.hold(/GET .*messages/u)
    await run(() => {
      timeline().loadingOlder.run()
      timeline().loadingNewer.run()
    })
    // At one end after the other, or the reader would lose their place.
    expect(server.requests).toHaveLength(asked + 1)
    await run(() => server.troubles.end())
    await waitFor(() => expect(seqs()).toEqual(range(1, 549)))
    expect(timeline().hasNewer).toBe(true)
    await run(() => timeline().loadingNewer.run())
    await waitFor(() => expect(seqs()).toEqual(range(1, 600)))
    expect([timeline().hasNewer, timeline().loadedFrom]).toEqual([false, 1])
    await run(() => server.send('c1', 'ben', 'new', 'new-1'))
    await waitFor(() => expect(seqs()).toEqual(range(1, 601)))
  })

  it('takes changes that happen while it is shown, live or resumed', async () => {
    write(300)
    const { seqs, entry } = await show(100)
    await run(() => server.edit('c1', 100, 'edited'))
    await waitFor(() => expect(entry(100)).toMatchObject({ content: 'edited', version: 1 }))
    await run(() => {
      server.cut()
      server.edit('c1', 101, 'edited unheard')
      server.send('c1', 'ben', 'new', 'new-1')
    })
    await run(() => clock.advance(5_000))
    await waitFor(() => expect(entry(101)?.content).toBe('edited unheard'))
    expect(seqs()).toEqual(range(1, 200))
  })

  it('is fetched again, in its place, when any message may have changed', async () => {
    write(300)
    const { seqs, entry } = await show(100)
    await run(() => server.rewrite('c1', 110, 'as a later release has it'))
    await waitFor(() => expect(entry(110)?.content).toBe('as a later release has it'))
    expect(seqs()).toEqual(range(1, 200))
  })

  it('says that it could not be loaded, and can be asked for again', async () => {
    write(300)
    const { timeline, seqs, look } = await show()
    server.troubles.refuse(/GET .*messages/u)
    await look(100)
    await waitFor(() => expect(timeline().isError).toBe(true))
    server.troubles.end()
    await run(() => timeline().refetch())
    await waitFor(() => expect(seqs()).toEqual(range(1, 200)))
    expect(timeline().isError).toBe(false)
  })
})

describe('quoted messages', () => {
  it('that are not here are loaded together, each once, and follow their changes', async () => {
    write(300)
    for (const seq of [3, 40, 3, 200, 299]) reply(`to ${seq} ${Math.random()}`, seq)
    const asked = () => server.requests.filter((request) => request.endsWith('/messages')).length
    const { entry } = await show()
    await waitFor(() => expect(entry(301)?.quote?.message?.content).toBe('text 3'))
    expect(range(302, 305).map((seq) => entry(seq)?.quote?.message?.seq)).toEqual([40, 3, 200, 299])
    expect(asked()).toBe(1 + 2) // the newest page; 3 and 40 together, 200
    const untouched = entry(302)
    await run(() => server.edit('c1', 3, 'edited'))
    await waitFor(() => expect(entry(303)?.quote?.message?.content).toBe('edited'))
    expect(entry(302)).toBe(untouched)
    expect(asked()).toBe(3)
  })

  it('that do not exist are asked for once', async () => {
    write(2)
    reply('to nothing', 90)
    const { entry } = await show()
    await run(() => clock.advance(60_000))
    expect(entry(3)?.quote).toEqual({ seq: 90, message: undefined, mine: false })
    expect(server.requests.filter((request) => request.endsWith('/messages'))).toHaveLength(2)
  })

  it('are there for my draft and for a reply on its way, too', async () => {
    write(300)
    const { timeline } = await show()
    await run(() => tab.messenger.drafts.setReplyTo('c1', 9))
    await waitFor(() => expect(timeline().answered?.message?.content).toBe('text 9'))
    server.troubles.hold(/send_message/u)
    await run(() => tab.messenger.send('c1', 'Yes!', 9))
    expect(timeline().entries.at(-1)).toMatchObject({
      status: 'sending',
      quote: { seq: 9, message: { content: 'text 9' } },
    })
  })
})
