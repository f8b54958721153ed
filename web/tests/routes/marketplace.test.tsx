import { screen, waitFor } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'

import { World } from '../fixtures/world'
import { happens, open, stubBrowser } from './renderApp'

vi.mock('@/messaging', () => import('../fixtures/messaging'))

beforeEach(() => stubBrowser())

function worldOf(userId?: string): World {
  const world = new World()
  if (userId !== undefined) world.logInAs(userId)
  return world
}

it('leads from the items to one of them, and to its seller', async () => {
  const { user } = await open(worldOf('maya'), '/')
  await user.click(screen.getByRole('link', { name: /Acoustic guitar/u }))
  expect(await screen.findByRole('heading', { name: 'Acoustic guitar with case' })).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Contact seller' }))
  expect(await screen.findByRole('log', { name: 'Messages with Jonas Weber' })).toBeInTheDocument()
  expect(window.location.pathname).toMatch(/^\/messages\/.+/u)
})

it('asks a guest to log in, and leads back to the item', async () => {
  const { user } = await open(worldOf(), '/items/guitar')
  await user.click(screen.getByRole('link', { name: 'Contact seller' }))
  await user.click(await screen.findByRole('button', { name: /Maya Fischer/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/items/guitar'))
  expect(await screen.findByRole('button', { name: 'Contact seller' })).toBeInTheDocument()
})

it('offers no contact on one’s own item', async () => {
  await open(worldOf('jonas'), '/items/guitar')
  expect(screen.getByText(/your own item/u)).toBeInTheDocument()
  expect(screen.queryByText('Contact seller')).not.toBeInTheDocument()
})

it('says beside the button that a conversation could not be opened', async () => {
  const world = worldOf('maya')
  world.change({ stuck: { start: 'error' } })
  const { user } = await open(world, '/items/guitar')
  const contact = screen.getByRole('button', { name: 'Contact seller' })
  await user.click(contact)
  expect(await screen.findAllByText(/could not be opened/u)).not.toHaveLength(0)
  await happens(() => world.change({ stuck: {} }))
  await user.click(contact)
  expect(await screen.findByRole('log', { name: /Jonas Weber/u })).toBeInTheDocument()
})

it('keeps messages behind the log-in', async () => {
  const { user } = await open(worldOf(), '/messages')
  expect(window.location.pathname).toBe('/login')
  await user.click(await screen.findByRole('button', { name: /Inês/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/messages'))
})

it('never leads to another site after the log-in', async () => {
  const { user } = await open(worldOf(), '/login?next=https://evil.example/')
  await user.click(await screen.findByRole('button', { name: /Maya/u }))
  await waitFor(() => expect(window.location.pathname).toBe('/'))
})

it('leads away from private pages on logging out', async () => {
  const { user } = await open(worldOf('maya'), '/messages')
  await user.click(screen.getByRole('button', { name: /Account of Maya Fischer/u }))
  await user.click(screen.getByText('Log out'))
  expect(await screen.findByRole('heading', { name: /Fresh finds/u })).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Log in' })).toBeInTheDocument()
  expect(screen.queryByRole('link', { name: /Messages/u })).not.toBeInTheDocument()
})

it('knows items and pages that do not exist', async () => {
  const { unmount } = await open(worldOf(), '/items/unicorn')
  expect(screen.getByRole('heading', { name: 'There is no such item' })).toBeInTheDocument()
  unmount()
  await open(worldOf(), '/nowhere')
  expect(screen.getByRole('heading', { name: 'This page does not exist' })).toBeInTheDocument()
})

it('says so where a server offers no demo people', async () => {
  const world = worldOf()
  world.change({ people: [] })
  await open(world, '/login')
  expect(screen.getByText('Log in through your marketplace')).toBeInTheDocument()
})

it('offers another try when items cannot be loaded', async () => {
  const world = worldOf()
  world.change({ stuck: { items: 'error' } })
  const { user } = await open(world, '/')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(world.calls).toContain('refetch items')
  await happens(() => world.change({ stuck: {} }))
  expect(screen.getAllByRole('listitem').length).toBe(12)
})
