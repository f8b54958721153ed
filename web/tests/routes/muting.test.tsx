import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { goOffline, happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

const header = () => within(screen.getByRole('region', { name: 'Conversation' }))
const actions = () => header().getByRole('button', { name: 'Conversation actions' })
const notices = () => within(screen.getByRole('region', { name: 'Notices' }))
const mark = () => header().queryByRole('img', { name: 'Muted' })

async function openChat() {
  const server = busyInbox()
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  const { user } = view
  const choose = async (name: string) => {
    await user.click(actions())
    await user.click(screen.getByRole('menuitem', { name }))
  }
  const isStored = () => server.marketplace.conversation('bike', 'maya').muted === true
  return { ...view, server, choose, isStored }
}

describe('muting a conversation', () => {
  it('is done and undone in its menu; header and list show it, and it is read out', async () => {
    const { choose, isStored } = await openChat()
    expect(mark()).not.toBeInTheDocument()
    await choose('Mute notifications')
    await waitFor(() => expect(mark()).toBeVisible())
    expect(isStored()).toBe(true)
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
    expect(actions()).toHaveFocus()
    expect(
      screen.getByText('Muted. New messages in this conversation will not notify you.'),
    ).toBeInTheDocument()
    const list = within(screen.getByRole('region', { name: 'Conversations' }))
    expect(list.getAllByRole('img', { name: 'Muted' })).toHaveLength(1)
    await choose('Unmute notifications')
    await waitFor(() => expect(mark()).not.toBeInTheDocument())
    expect(isStored()).toBe(false)
  })

  it('is done by the keyboard alone', async () => {
    const { user, isStored } = await openChat()
    actions().focus()
    await user.keyboard('{Enter}')
    expect(screen.getByRole('menuitem', { name: 'Mute notifications' })).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(actions()).toHaveFocus()
    expect(isStored()).toBe(false)
    await user.keyboard('{Enter}{Enter}')
    await waitFor(() => expect(isStored()).toBe(true))
    expect(actions()).toHaveFocus()
  })

  it('follows another device', async () => {
    const { server } = await openChat()
    await happens(() => server.mute('bike', 'maya', true))
    await waitFor(() => expect(mark()).toBeVisible())
    await happens(() => server.mute('bike', 'jonas', false))
    expect(mark()).toBeVisible()
  })

  it('says why it was not done', async () => {
    const { server, choose, isStored } = await openChat()
    server.troubles.refuse(/mute/u, 'internal_error')
    await choose('Mute notifications')
    expect(
      await notices().findByText('The conversation could not be muted. Please try again.'),
    ).toBeVisible()
    goOffline(server)
    await choose('Mute notifications')
    expect(
      await notices().findByText(
        'You are offline. Mute the conversation once you are back online.',
      ),
    ).toBeVisible()
    expect(mark()).not.toBeInTheDocument()
    expect(isStored()).toBe(false)
  })
})
