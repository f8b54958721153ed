import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../tests/fakes/clock'
import { clock, connect, network, socket, startAfresh } from '../../../tests/fakes/socketOwner'

beforeEach(startAfresh)

describe('the access token of an open socket', () => {
  it('is replaced a minute before it ends', async () => {
    await connect()
    await clock.advance(0)
    for (let minute = 0; minute < 58; minute += 1) await minutePasses()
    expect(network.last.sentOf('authenticate')).toEqual([])
    await minutePasses()
    expect(network.last.sentOf('authenticate')).toEqual([
      { type: 'authenticate', accessToken: 'token-2' },
    ])
    expect(network.sockets).toHaveLength(1)
  })

  it('is replaced again before the new one ends', async () => {
    await connect()
    network.last.deliver({ type: 'authenticated', sessionExpiresAt: '2025-06-01T12:05:00Z' })
    for (let minute = 0; minute < 4; minute += 1) await minutePasses()
    expect(network.last.sentOf('authenticate')).toHaveLength(1)
  })

  it('is measured by the clock of the server', async () => {
    socket.start()
    await settled()
    // Our clock is an hour behind: the token, by it, would last for two.
    network.last.welcome({
      serverTime: '2025-06-01T13:00:00Z',
      sessionExpiresAt: '2025-06-01T13:02:00Z',
    })
    await minutePasses()
    await minutePasses()
    expect(network.last.sentOf('authenticate')).toHaveLength(1)
  })

  async function minutePasses(): Promise<void> {
    for (let part = 0; part < 3; part += 1) {
      await clock.advance(20_000)
      network.last.deliver({ type: 'pong', serverTime: '2025-06-01T12:00:00Z', token: 'e1.0-10-0' })
    }
  }
})
