import { beforeEach, describe, expect, it } from 'vitest'

import { FakeStorage } from '../../../tests/fakes/browser'
import { FakeClock } from '../../../tests/fakes/clock'

import { Drafts } from './drafts'

let shared: FakeStorage
let clock: FakeClock
let tabs: Set<Drafts>
let lastId: number

beforeEach(() => {
  shared = new FakeStorage()
  clock = new FakeClock()
  tabs = new Set()
  lastId = 0
})

/** Opens a tab, or loads it again with its own storage. */
function open(tabStorage = new FakeStorage()) {
  const storage = shared.seenBy((key, newValue) => {
    for (const other of tabs) if (other !== drafts) other.onStorage({ key, newValue })
  })
  const createId = () => `tab-${(lastId += 1)}`
  const drafts = new Drafts({ me: 'ana', storage, tabStorage, createId, clock })
  tabs.add(drafts)
  const close = () => tabs.delete(drafts)
  const reload = () => {
    close()
    return open(tabStorage)
  }
  const type = async (text: string) => {
    await clock.advance(1)
    drafts.set('c1', text)
  }
  const send = () => drafts.sent('c1', drafts.get('c1'))
  return { drafts, storage, tabStorage, close, reload, type, send, shown: () => drafts.get('c1') }
}

describe('two tabs with a text each', () => {
  it('keeps each text where it was typed, whatever the other tab does with its own', async () => {
    const [first, second] = [open(), open()]
    await first.type('half of the first')
    await second.type('half of the second')
    expect([first.shown(), second.shown()]).toEqual(['half of the first', 'half of the second'])
    second.send()
    expect([first.shown(), second.shown()]).toEqual(['half of the first', ''])
    expect(first.reload().shown()).toBe('half of the first')
  })

  it('gives each tab its own text back when both are loaded again', async () => {
    const [first, second] = [open(), open()]
    await first.type('one')
    await second.type('two')
    expect([first.reload().shown(), second.reload().shown()]).toEqual(['one', 'two'])
  })

  it('empties both when the text that both show is sent', async () => {
    const [first, second] = [open(), open()]
    await first.type('the same')
    await second.type('the same ')
    first.send()
    expect([first.shown(), second.shown()]).toEqual(['', ''])
    expect(shared.length).toBe(0)
  })

  it('loses neither when both are killed', async () => {
    const [first, second] = [open(), open()]
    await first.type('one')
    await second.type('two')
    first.close()
    second.close()
    const third = open()
    expect(third.shown()).toBe('two')
    third.send()
    expect(third.shown()).toBe('')
    expect(open().shown()).toBe('one')
  })

  it('leaves a text alone that is sent from a tab with another one behind it', async () => {
    const [first, second] = [open(), open()]
    await first.type('one')
    await second.type('two')
    second.send()
    expect(second.shown()).toBe('')
    await second.type('three')
    expect(first.shown()).toBe('one')
  })
})

describe('a tab in which nothing was typed', () => {
  it('shows what another tab has, and follows it', async () => {
    const [first, second] = [open(), open()]
    await first.type('Hel')
    expect(open().shown()).toBe('Hel')
    await first.type('Hello')
    expect(second.shown()).toBe('Hello')
    first.send()
    expect(second.shown()).toBe('')
  })

  it('takes the text over by typing, and the other tab keeps what it shows', async () => {
    const first = open()
    await first.type('Hello')
    const second = open()
    await second.type('Hello there')
    expect([first.shown(), second.shown()]).toEqual(['Hello', 'Hello there'])
    expect(first.reload().shown()).toBe('Hello')
  })

  it('does not restore a draft taken over from a closed tab', async () => {
    const first = open()
    await first.type('Hello')
    first.close()
    const second = open()
    await second.type('Hello there')
    second.send()
    expect(open().shown()).toBe('')
  })
})

it('separates a duplicated tab from the one it was made from', async () => {
  const first = open()
  await first.type('one')
  const copy = new FakeStorage()
  copy.setItem(first.tabStorage.key(0)!, first.tabStorage.getItem(first.tabStorage.key(0)!)!)
  const second = open(copy)
  expect(second.shown()).toBe('one')
  await second.type('two')
  second.send()
  expect([first.shown(), second.shown()]).toEqual(['one', ''])
  expect(first.reload().shown()).toBe('one')
})

it('keeps in the tab what the browser does not store', async () => {
  const first = open()
  first.storage.full = true
  await first.type('kept here')
  expect(first.shown()).toBe('kept here')
  first.send()
  expect(first.shown()).toBe('')
})

it('puts a text back behind what was typed since', async () => {
  const first = open()
  await first.type('new')
  first.drafts.restore('c1', 'old')
  expect(first.shown()).toBe('new\nold')
})

it('shows the draft of the release before', () => {
  shared.setItem('messaging:ana:draft:c1', 'from before')
  const first = open()
  expect(first.shown()).toBe('from before')
  first.send()
  expect(shared.length).toBe(0)
})

it('lists the conversations with a draft', async () => {
  const first = open()
  await first.type('one')
  first.drafts.set('c2', '')
  expect([...open().drafts.texts.get()]).toEqual([['c1', 'one']])
})

describe('the message that a draft answers', () => {
  it('is kept over a reload, also without a text, until it is sent or taken back', async () => {
    const first = open()
    first.drafts.setReplyTo('c1', 7)
    const reloaded = first.reload()
    expect(reloaded.drafts.replyTo('c1')).toBe(7)
    await reloaded.type('Yes!')
    expect([reloaded.drafts.replyTo('c1'), reloaded.shown()]).toEqual([7, 'Yes!'])
    reloaded.drafts.setReplyTo('c1', undefined)
    const last = reloaded.reload()
    expect([last.drafts.replyTo('c1'), last.shown()]).toEqual([undefined, 'Yes!'])
    last.drafts.setReplyTo('c1', 8)
    last.send()
    expect([last.drafts.replyTo('c1'), shared.length]).toEqual([undefined, 0])
  })

  it('shows in a tab in which nothing was typed, and stays with its text', async () => {
    const [first, second] = [open(), open()]
    await first.type('one')
    first.drafts.setReplyTo('c1', 7)
    expect(second.drafts.replyTo('c1')).toBe(7)
    await second.type('two')
    second.drafts.setReplyTo('c1', 8)
    expect([first.drafts.replyTo('c1'), second.drafts.replyTo('c1')]).toEqual([7, 8])
    expect(first.reload().drafts.replyTo('c1')).toBe(7)
  })
})
