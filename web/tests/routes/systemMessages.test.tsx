import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { busyInbox } from '../fixtures/scenes'
import { happens, open, stubBrowser } from './renderApp'

beforeEach(() => stubBrowser())

const PAID = 'The order has been paid: 120.00 EUR.'
const BEZAHLT = 'Die Bestellung wurde bezahlt: 120,00 EUR.'
const paid = {
  content: PAID,
  kind: 'order.paid',
  card: { text: { en: PAID, de: BEZAHLT }, link: 'https://shop.example:8443/orders/1' },
}

const cardWith = (text: string) =>
  within(screen.getByRole('log')).getByText(text).closest('article')!
const row = () => screen.getByRole('link', { current: 'page', name: /Jonas/u })
const banner = () =>
  screen
    .getAllByRole('status')
    .map(({ textContent }) => textContent)
    .filter(Boolean)
    .join(' ')

async function openChat() {
  const server = busyInbox()
  const view = await open(server, '/messages/bike', 'maya')
  await screen.findByRole('log')
  return { server, ...view }
}

describe('a system message', () => {
  it('is a card of its kind, in the list too, and nobody’s', async () => {
    const { server } = await openChat()
    await happens(() => server.post('bike', paid))
    const card = cardWith(PAID)
    expect(within(card).getByText('Paid')).toBeInTheDocument()
    expect(within(card).getByText('From the marketplace:')).toBeInTheDocument()
    expect(card).not.toHaveAttribute('data-mine')
    expect(within(row()).getByText(PAID)).toBeInTheDocument()
    expect(within(row()).queryByText('You:')).not.toBeInTheDocument()
  })

  it('is shown in the language of the reader, and says in which', async () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['de-AT', 'en'])
    const { server } = await openChat()
    await happens(() => server.post('bike', paid))
    expect(within(cardWith(BEZAHLT)).getByText(BEZAHLT)).toHaveAttribute('lang', 'de')
    expect(within(row()).getByText(BEZAHLT)).toBeInTheDocument()
    await waitFor(() =>
      expect(screen.getByText(`From the marketplace: ${BEZAHLT}`)).toBeInTheDocument(),
    )
  })

  it('of an unknown kind shows its content', async () => {
    const { server } = await openChat()
    await happens(() =>
      server.post('bike', { content: 'Rated: 5 stars.', kind: 'order.rated', card: {} }),
    )
    expect(within(cardWith('Rated: 5 stars.')).getByText('Notice')).toBeInTheDocument()
  })

  it('links to its address by https, naming the whole host, and to nothing else', async () => {
    const { server } = await openChat()
    await happens(() => server.post('bike', paid))
    const link = within(cardWith(PAID)).getByRole('link', { name: 'Details on shop.example:8443' })
    expect(link).toHaveAttribute('href', 'https://shop.example:8443/orders/1')
    expect(link).toHaveAttribute('rel', expect.stringContaining('noopener'))
    const text = 'See <b>https://evil.example</b> or call +49 30 1234567'
    for (const bad of ['javascript:alert(1)', 'http://shop.example/', 'nonsense']) {
      const content = `${text} ${bad}`
      await happens(() => server.post('bike', { content, kind: 'notice', card: { link: bad } }))
      expect(within(cardWith(content)).queryByRole('link')).not.toBeInTheDocument()
    }
  })

  it('can be copied, but neither edited nor taken for the last message of mine', async () => {
    const { server, user } = await openChat()
    await happens(() => server.post('bike', paid))
    await user.click(within(cardWith(PAID)).getByRole('button', { name: 'Message actions' }))
    expect(screen.getByRole('menuitem', { name: 'Copy text' })).toBeInTheDocument()
    expect(screen.queryByRole('menuitem', { name: 'Edit' })).not.toBeInTheDocument()
    await user.keyboard('{Escape}')
    await user.click(screen.getByRole('textbox'))
    await user.keyboard('{ArrowUp}')
    expect(screen.getByRole('textbox')).toHaveValue(
      'Lovely! 17:30 at the main library, by the fountain?',
    )
  })

  it('counts as unread, leaves the typing of the other person, and reads nothing for them', async () => {
    const { server } = await openChat()
    await happens(() => server.type('bike', 'jonas', true))
    await happens(() => {
      server.post('bike', paid)
      server.post('guitar', paid)
    })
    expect(screen.getByText('typing…')).toBeInTheDocument()
    const guitar = screen.getByRole('link', { name: /Luca/u })
    expect(within(guitar).getByText('4')).toBeInTheDocument()
    await happens(() => server.send('bike', 'maya', 'Thanks!', 'thanks'))
    await happens(() => server.post('bike', { ...paid, content: 'More', card: {} }))
    const mark = cardWith('Thanks!').querySelector('[data-status]')
    expect(mark).toHaveAttribute('data-status', 'sent')
  })
})

describe('the banner of the item', () => {
  it('says live that it is reserved, sold, no longer offered, and on offer again', async () => {
    const { server } = await openChat()
    expect(banner()).not.toContain('This item')
    await happens(() => server.changeItem('bike', { status: 'reserved' }))
    expect(banner()).toContain('This item is reserved.')
    await happens(() => server.changeItem('bike', { status: 'sold' }))
    expect(banner()).toContain('This item is sold.')
    await happens(() => server.changeItem('bike', { status: 'removed' }))
    expect(banner()).toContain('This item is no longer offered.')
    await happens(() => server.changeItem('bike', { status: 'available' }))
    expect(banner()).not.toContain('This item')
  })

  it('shows the old price until the chat was left, also if it changed elsewhere', async () => {
    const { server, user } = await openChat()
    const priced = (amount: string) => ({ price: { amount, currency: 'EUR' } })
    await happens(() => server.changeItem('bike', priced('99.00')))
    expect(banner()).toMatch(/The price is now €99\. It was €\d+\./u)
    await user.click(screen.getByRole('link', { name: /Luca/u }))
    await happens(() => server.changeItem('bike', priced('90.50')))
    expect(banner()).not.toContain('price')
    await user.click(screen.getByRole('link', { name: /Jonas/u }))
    expect(banner()).toContain('The price is now €90.50. It was €99.')
    await happens(() => server.changeItem('bike', { price: null }))
    expect(banner()).toContain('The price has changed.')
    await happens(() => server.changeItem('bike', { ...priced('90.50'), status: 'sold' }))
    expect(banner()).not.toContain('price')
  })
})
