import { screen, waitFor } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'

import { marketplaceOnly } from '../fixtures/scenes'
import { open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

it('leads from the items to one of them, and to its seller', async () => {
  const { user } = await open(marketplaceOnly(), '/', 'maya')
  await user.click(await screen.findByRole('link', { name: /Acoustic guitar/u }))
  expect(await screen.findByRole('heading', { name: 'Acoustic guitar with case' })).toBeVisible()
  await user.click(await screen.findByRole('button', { name: 'Contact seller' }))
  expect(await screen.findByRole('log', { name: 'Messages with Luca Moretti' })).toBeInTheDocument()
  expect(window.location.pathname).toMatch(/^\/messages\/.+/u)
})

it('asks a guest to log in, and leads back to the item', async () => {
  const { user } = await open(marketplaceOnly(), '/items/guitar')
  await user.click(await screen.findByRole('link', { name: 'Contact seller' }))
  await user.click(await screen.findByRole('button', { name: /Maya Fischer/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/items/guitar'))
  expect(await screen.findByRole('button', { name: 'Contact seller' })).toBeInTheDocument()
})

it('offers no contact on one’s own item', async () => {
  await open(marketplaceOnly(), '/items/guitar', 'luca')
  expect(await screen.findByText(/your own item/u)).toBeInTheDocument()
  expect(screen.queryByText('Contact seller')).not.toBeInTheDocument()
})

it('says beside the button that a conversation could not be opened', async () => {
  const server = marketplaceOnly()
  server.troubles.refuse(/POST .*conversations/u)
  const { user } = await open(server, '/items/guitar', 'maya')
  const contact = await screen.findByRole('button', { name: 'Contact seller' })
  await user.click(contact)
  expect(await screen.findAllByText(/could not be opened/u)).not.toHaveLength(0)
  server.troubles.end()
  await user.click(contact)
  expect(await screen.findByRole('log', { name: /Luca Moretti/u })).toBeInTheDocument()
})

it('keeps messages behind the log-in', async () => {
  const { user } = await open(marketplaceOnly(), '/messages')
  await waitFor(() => expect(window.location.pathname).toBe('/login'))
  await user.click(await screen.findByRole('button', { name: /Inês/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/messages'))
})

it('never leads to another site after the log-in', async () => {
  const { user } = await open(marketplaceOnly(), '/login?next=https://evil.example/')
  await user.click(await screen.findByRole('button', { name: /Maya/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/'))
})

it('leads away from private pages on logging out', async () => {
  const { user } = await open(marketplaceOnly(), '/messages', 'maya')
  await user.click(screen.getByRole('button', { name: /Account of Maya Fischer/u }))
  await user.click(await screen.findByText('Log out'))
  expect(await screen.findByRole('heading', { name: /Fresh finds/u })).toBeInTheDocument()
  expect(await screen.findByRole('link', { name: 'Log in' })).toBeInTheDocument()
  expect(screen.queryByRole('link', { name: /Messages/u })).not.toBeInTheDocument()
})

it('says that an item or a page does not exist', async () => {
  const { unmount } = await open(marketplaceOnly(), '/items/unicorn')
  expect(await screen.findByRole('heading', { name: 'There is no such item' })).toBeInTheDocument()
  unmount()
  await open(marketplaceOnly(), '/nowhere')
  const title = await screen.findByRole('heading', { name: 'This page does not exist' })
  expect(title).toBeInTheDocument()
})

it('refers to the marketplace where a server offers no demo people', async () => {
  const server = marketplaceOnly()
  server.marketplace.people = []
  await open(server, '/login')
  expect(await screen.findByText('Log in through your marketplace')).toBeInTheDocument()
})

it('offers another try when items cannot be loaded', async () => {
  const server = marketplaceOnly()
  server.troubles.refuse(/items/u)
  const { user } = await open(server, '/')
  const retry = await screen.findByRole('button', { name: 'Try again' })
  server.troubles.end()
  await user.click(retry)
  await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(12))
})
