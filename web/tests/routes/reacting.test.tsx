import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'

import { QUICK, ROWS } from '@/features/chat/reactions/emoji'

import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

/** Jonas wrote the one, Maya the other. */
const THEIRS = 'Deal 🤝'
const THEIRS_SEQ = 9
const MINE = 'Lovely! 17:30 at the main library, by the fountain?'
const MINE_SEQ = 11

const log = () => screen.getByRole('log')
const messageWith = (text: string) => within(log()).getByText(text).closest('article')!
const chips = (text: string) =>
  within(messageWith(text))
    .queryAllByRole('button', { name: /reacted with/u })
    .map((chip) => [chip.getAttribute('aria-label'), chip.getAttribute('aria-pressed')])

async function openChat() {
  const server = busyInbox()
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  const { user } = view
  const openMenu = async (text: string) => {
    await user.click(within(messageWith(text)).getByRole('button', { name: 'Message actions' }))
  }
  const choose = (emoji: string) =>
    user.click(screen.getByRole('button', { name: `React with ${emoji}` }))
  const stored = (seq: number) => server.marketplace.message('bike', seq).reactions
  return { ...view, server, openMenu, choose, stored }
}

describe('reacting', () => {
  it('is done in the menu of a message, shows at once, and is taken back by a press on it', async () => {
    const { user, server, openMenu, choose, stored } = await openChat()
    server.troubles.hold(/react/u)
    await openMenu(THEIRS)
    await choose('👍')
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
    expect(messageWith(THEIRS)).toHaveFocus()
    expect(chips(THEIRS)).toEqual([['You reacted with 👍', 'true']])
    expect(screen.getByText('You reacted with 👍.')).toBeInTheDocument()
    expect(stored(THEIRS_SEQ)).toBeUndefined()
    await happens(() => server.troubles.end())
    expect(stored(THEIRS_SEQ)).toEqual([{ userId: 'maya', emoji: '👍' }])
    await user.click(screen.getByRole('button', { name: 'You reacted with 👍' }))
    expect(chips(THEIRS)).toEqual([])
    await waitFor(() => expect(stored(THEIRS_SEQ)).toBeUndefined())
    expect(screen.getByText('Your reaction was removed.')).toBeInTheDocument()
  })

  it('replaces the reaction before, which the menu shows, and is possible on own messages', async () => {
    const { openMenu, choose, stored } = await openChat()
    await openMenu(MINE)
    await choose('👍')
    await openMenu(MINE)
    expect(screen.getByRole('button', { name: 'React with 👍', pressed: true })).toBeVisible()
    await choose('❤️')
    expect(chips(MINE)).toEqual([['You reacted with ❤️', 'true']])
    await waitFor(() => expect(stored(MINE_SEQ)).toEqual([{ userId: 'maya', emoji: '❤️' }]))
  })

  it('offers more emoji, and the one that was chosen there from then on', async () => {
    const { user, openMenu, choose } = await openChat()
    await openMenu(THEIRS)
    await user.click(screen.getByRole('button', { name: 'More reactions' }))
    expect(screen.getAllByRole('button', { name: /^React with/u })).toHaveLength(42)
    await choose('🎉')
    expect(chips(THEIRS)).toEqual([['You reacted with 🎉', 'true']])
    await openMenu(THEIRS)
    expect(screen.getByRole('button', { name: 'React with 🎉', pressed: true })).toBeVisible()
    expect(screen.getAllByRole('button', { name: /^React with/u })).toHaveLength(QUICK.length)
  })

  it('is done by the keyboard alone', async () => {
    const { user, openMenu } = await openChat()
    await openMenu(THEIRS)
    await user.keyboard('{ArrowUp}')
    expect(screen.getByRole('button', { name: 'React with 👍' })).toHaveFocus()
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}')
    expect(screen.getByRole('button', { name: 'React with ❤️' })).toHaveFocus()
    await user.keyboard('{ArrowLeft}{ArrowLeft}')
    expect(screen.getByRole('button', { name: 'More reactions' })).toHaveFocus()
    await user.keyboard('{Enter}')
    expect(screen.getByRole('button', { name: 'React with 👍' })).toHaveFocus()
    await user.keyboard('{ArrowRight}{ArrowDown}{ArrowDown}')
    expect(screen.getByRole('button', { name: 'React with 😊' })).toHaveFocus()
    await user.keyboard('{Enter}')
    expect(chips(THEIRS)).toEqual([['You reacted with 😊', 'true']])
    expect(messageWith(THEIRS)).toHaveFocus()
  })

  it('waits while offline', async () => {
    const { server, openMenu, choose } = await openChat()
    await happens(() => goOffline(server))
    await openMenu(THEIRS)
    await choose('👍')
    expect(chips(THEIRS)).toEqual([['You reacted with 👍', 'true']])
  })

  it('is explained and undone when it is refused', async () => {
    const { server, openMenu, choose } = await openChat()
    server.troubles.refuse(/react/u, 'message_not_found')
    await openMenu(THEIRS)
    await choose('👍')
    expect(await screen.findByText(/Your reaction was not saved/u)).toHaveTextContent(
      'The message is no longer there.',
    )
    await waitFor(() => expect(chips(THEIRS)).toEqual([]))
  })
})

describe('a reaction of the other person', () => {
  it('shows, is read out, and counts together with the same of mine', async () => {
    const { user, server } = await openChat()
    await happens(() => void server.react('bike', 'jonas', MINE_SEQ, '❤️'))
    expect(chips(MINE)).toEqual([['Jonas Weber reacted with ❤️', 'false']])
    expect(screen.getByText(`Jonas Weber reacted with ❤️: ${MINE}`)).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Jonas Weber reacted with ❤️' }))
    expect(chips(MINE)).toEqual([['You and Jonas Weber reacted with ❤️', 'true']])
    const both = screen.getByRole('button', { name: 'You and Jonas Weber reacted with ❤️' })
    expect(both).toHaveAttribute('data-count', '2')
  })

  it('leaves the list, what is unread and the text of an edit as they are', async () => {
    const { server } = await openChat()
    const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)
    const title = document.title
    const before = rows()
    await happens(() => void server.react('guitar', 'luca', 1, '❤️'))
    expect(rows()).toEqual(before)
    expect(document.title).toBe(title)
  })
})

it('offers only emoji that Unicode recommends for interchange, as the server does', () => {
  const recommended = new RegExp('^\\p{RGI_Emoji}$', 'v')
  expect([...QUICK, ...ROWS.flat()].filter((emoji) => !recommended.test(emoji))).toEqual([])
  expect(new Set(ROWS.flat()).size).toBe(42)
})
