import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'

import { busyInbox, marketplaceOnly } from '../fixtures/scenes'
import { happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

const list = () => screen.getByRole('region', { name: 'Conversations' })
const openInList = () => within(list()).findByRole('link', { current: 'page' })
const namesInOrder = () =>
  within(list())
    .getAllByRole('listitem')
    .sort((first, second) => Number(first.ariaPosInSet) - Number(second.ariaPosInSet))
    .map((row) => row.querySelector('a span[dir]')?.textContent)

const hasFocus = (role: string, name: RegExp) =>
  waitFor(() => expect(screen.getByRole(role, { name })).toHaveFocus())

it('shows who, about what, the last message, when, and how many are unread', async () => {
  const server = busyInbox()
  await open(server, '/messages', 'maya')
  const row = await screen.findByRole('link', { name: /Luca Moretti/u })
  expect(row).toHaveTextContent('Acoustic guitar with case')
  expect(row).toHaveTextContent('Are you around tomorrow?')
  expect(row).toHaveTextContent('3 unread')
  expect(screen.getByRole('link', { name: /Jonas Weber/u })).toHaveTextContent('You: Lovely!')
})

it('moves a conversation to the top when something happens in it', async () => {
  const server = busyInbox()
  await open(server, '/messages', 'maya')
  const beginsWith = (...names: string[]) =>
    waitFor(() => expect(namesInOrder().slice(0, names.length)).toEqual(names))
  await beginsWith('Jonas Weber', 'Luca Moretti')
  await happens(() => server.send('plant', 'ines', 'Still interested?', 'i-1'))
  await beginsWith('Inês Carvalho', 'Jonas Weber', 'Luca Moretti')
  expect(screen.getByRole('link', { name: /Inês Carvalho/u })).toHaveTextContent('1 unread')
})

it('marks the open conversation in the list', async () => {
  const server = busyInbox()
  await open(server, '/messages/guitar', 'maya')
  expect(await openInList()).toHaveTextContent('Luca Moretti')
})

it('is walked through with the arrow keys and left with Enter', async () => {
  const server = busyInbox()
  const { user } = await open(server, '/messages', 'maya')
  const first = await screen.findByRole('link', { name: /Jonas Weber/u })
  first.focus()
  await user.keyboard('{ArrowDown}{ArrowDown}')
  await hasFocus('link', /Aisha Rahman.*headphones/u)
  await user.keyboard('{Home}{End}{ArrowUp}')
  await hasFocus('link', /Wolfe/u)
  await user.keyboard('{Enter}')
  expect(await screen.findByRole('log', { name: /Wolfe/u })).toBeInTheDocument()
  await hasFocus('textbox', /Wolfe/u)
})

it('puts the focus on the name where typing would raise a touch keyboard', async () => {
  stubBrowser({ pointer: 'coarse' })
  const server = busyInbox()
  await open(server, '/messages/bike', 'maya')
  await hasFocus('heading', /Jonas Weber/u)
})

it('is where Escape leads from the chat', async () => {
  const server = busyInbox()
  const { user } = await open(server, '/messages/guitar', 'maya')
  const current = await openInList()
  await user.type(screen.getByRole('textbox'), '{Escape}')
  await waitFor(() => expect(current).toHaveFocus())
})

it('is where Escape and the back arrow lead on a phone, which shows one at a time', async () => {
  const server = busyInbox()
  const { user, baseElement } = await open(server, '/messages/guitar', 'maya')
  const phone = document.createElement('style')
  phone.textContent = '.max-md\\:invisible { visibility: hidden }'
  baseElement.append(phone)
  await user.type(screen.getByRole('textbox'), '{Escape}')
  await waitFor(() => expect(window.location.pathname).toBe('/messages'))
  await user.click(await screen.findByRole('link', { name: /Luca Moretti/u }))
  await user.click(await screen.findByRole('link', { name: 'Back to all conversations' }))
  await waitFor(() => expect(window.location.pathname).toBe('/messages'))
  phone.remove()
})

it('invites to browse while there is nothing', async () => {
  const { user } = await open(marketplaceOnly(), '/messages', 'maya')
  expect(await screen.findByText('No conversations yet')).toBeInTheDocument()
  expect(screen.getByText('Select a conversation')).toBeInTheDocument()
  await user.click(screen.getByRole('link', { name: 'Browse items' }))
  await waitFor(() => expect(window.location.pathname).toBe('/'))
})

it('offers another try when it cannot be loaded', async () => {
  const server = busyInbox()
  server.troubles.refuse(/conversations/u)
  const { user } = await open(server, '/messages', 'maya')
  const retry = await screen.findByRole('button', { name: 'Try again' })
  server.troubles.end()
  await user.click(retry)
  expect(await screen.findByRole('link', { name: /Luca Moretti/u })).toBeInTheDocument()
})
