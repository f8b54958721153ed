// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest'

import { settled } from '../fakes/clock'
import { clock, expectInStep, openTab, server, startAfresh, stored } from './openTabs'

beforeEach(startAfresh)

/** A small generator, so that a failing run can be repeated by its number. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

it.each([1, 2, 3, 4, 5, 6, 7, 138])('ends in step whatever happens (run %i)', async (seed) => {
  const random = randomNumbers(seed)
  let tabs = [await openTab()]
  let written = 0
  const anyTab = () => tabs[random(tabs.length)]!
  const actions: (() => void | Promise<void>)[] = [
    () => void anyTab().messenger.send('c1', `mine ${(written += 1)}`),
    () => void anyTab().messenger.send('c2', `mine ${(written += 1)}`),
    () => void server.send('c1', 'ben', `theirs ${(written += 1)}`, `b-${written}`),
    () => void server.send('c2', 'zoe', `theirs ${(written += 1)}`, `z-${written}`),
    () => void server.read('c1', 'ben', random(20)),
    () => {
      const id = `c${1 + random(2)}`
      if (stored(id).length === 0) return
      const seq = 1 + random(stored(id).length)
      if (server.marketplace.message(id, seq).deleted) return
      if (random(3) === 0) server.delete(id, seq)
      else server.edit(id, seq, `edited ${(written += 1)}`)
    },
    () => {
      const seq = 1 + random(9)
      const message = anyTab().timeline('c1')?.messages[seq - 1]
      if (message?.senderId === 'ana') anyTab().messenger.change('c1', { kind: 'deletion', seq })
    },
    () => {
      if (stored('c1').length > 0)
        server.rewrite('c1', 1 + random(stored('c1').length), `changed ${(written += 1)}`)
    },
    () => {
      const seq = 1 + random(9)
      const message = anyTab().timeline('c1')?.messages[seq - 1]
      if (message?.senderId !== 'ana') return
      const edit = { kind: 'edit', seq, expectedVersion: message.version ?? 0 } as const
      anyTab().messenger.change('c1', edit, `my edit ${(written += 1)}`)
    },
    () => anyTab().messenger.markRead('c1', stored().length),
    () => server.cut([1006, 4000, 4002, 4004][random(4)]),
    () => void (server.socketsBlocked = random(3) === 0),
    () => void (server.log.floor = random(100)),
    () => settled(),
    () => clock.advance(random(3_000)),
    async () => {
      if (tabs.length < 3) tabs.push(await openTab())
    },
    async () => {
      await settled() // a message is safe once it is stored, some milliseconds after it was written
      const crashing = anyTab()
      crashing.crash()
      tabs = tabs.filter((tab) => tab !== crashing)
      if (tabs.length === 0) tabs.push(await openTab())
    },
  ]
  for (let step = 0; step < 80; step += 1) await actions[random(actions.length)]!()
  server.socketsBlocked = false
  await clock.advance(90_000)
  const mine = [...stored('c1'), ...stored('c2')].filter((content) => content.startsWith('mine'))
  expect(new Set(mine).size).toBe(mine.length)
  for (const tab of tabs) {
    // An edit may have lost against another, or against a deletion.
    const unsent = tab.messenger.outbox.entries.get()
    const lost = ['version_conflict', 'message_deleted']
    expect(unsent.filter(({ failure }) => !lost.includes(failure ?? ''))).toEqual([])
    expectInStep(tab)
  }
})
