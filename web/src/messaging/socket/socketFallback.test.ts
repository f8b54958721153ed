import { beforeEach, describe, expect, it } from 'vitest'

import { settled } from '../../../tests/fakes/clock'
import {
  around,
  attemptsWithin,
  clock,
  createSocket,
  network,
  socket,
  startAfresh,
} from '../../../tests/fakes/socketOwner'

beforeEach(startAfresh)

describe('a blocked socket', () => {
  it('is noticed at the third refusal while REST answers', async () => {
    around.apiAnswers = true
    socket.start()
    await settled()
    network.last.end(1006)
    await clock.advance(1_000)
    network.last.end(1006)
    await settled()
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
    await clock.advance(2_000)
    network.last.end(1006)
    await settled()
    expect(socket.state.get()).toMatchObject({ status: 'fallback', attempt: 3 })
  })

  it('is not assumed when REST does not answer either', async () => {
    socket.start()
    await attemptsWithin(60_000)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
  })

  it('is tried again, and forgotten when it opens', async () => {
    around.apiAnswers = true
    socket.start()
    await attemptsWithin(20_000)
    expect(socket.state.get()).toMatchObject({ status: 'fallback' })
    socket.nudge('retry')
    await settled()
    network.last.welcome()
    expect(socket.state.get()).toEqual({ status: 'connected' })
    network.last.end(1006)
    expect(socket.state.get()).toMatchObject({ status: 'reconnecting' })
  })

  it('is noticed where the browser lets no socket be created', async () => {
    around.apiAnswers = true
    const refused = createSocket(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    refused.start()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await settled()
      await clock.advance(4_000)
    }
    await settled()
    expect(refused.state.get().status).toBe('fallback')
  })
})
