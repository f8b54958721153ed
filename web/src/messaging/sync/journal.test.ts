import { expect, it } from 'vitest'

import type { Change } from './change'
import { Journal } from './journal'

const change = (seq: number): Change => ({
  type: 'read',
  conversationId: 'c1',
  userId: 'ana',
  lastReadSeq: seq,
})
const collect = (seqs: number[], each: Change) =>
  each.type === 'read' ? [...seqs, each.lastReadSeq] : seqs

it('applies to an answer the changes that arrived during its fetch, and nothing else', async () => {
  const journal = new Journal()
  journal.record([change(1)])
  const fetched = journal.fetchInStep(() => {
    journal.record([change(2), change(3)])
    return Promise.resolve([0])
  }, collect)
  expect(await fetched).toEqual([0, 2, 3])
})

it('fetches again when the stream broke meanwhile', async () => {
  const journal = new Journal()
  let fetches = 0
  const fetched = await journal.fetchInStep(() => {
    fetches += 1
    if (fetches === 1) journal.break()
    journal.record([change(fetches)])
    return Promise.resolve([0])
  }, collect)
  expect([fetches, fetched]).toEqual([2, [0, 2]])
})

it('lets a failed fetch fail', async () => {
  const journal = new Journal()
  await expect(journal.fetchInStep(() => Promise.reject(new Error('no')), collect)).rejects.toThrow(
    'no',
  )
})
