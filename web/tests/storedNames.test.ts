/** What the client stores in a browser is in contracts/data-inventory.json. */
import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { OF_PERSON, OF_PERSON_PARTS, OUTBOX_STORE, STORED } from '../src/lib/browser/storedNames'

interface ClientStore {
  name: string
  objectStore?: string
}

const inventory = JSON.parse(
  readFileSync(new URL('../../contracts/data-inventory.json', import.meta.url), 'utf8'),
) as { clientStores: ClientStore[] }
const sources = import.meta.glob<string>(['../src/**/*.{ts,tsx}', '!**/*.test.*'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

const AFTER_PART: Record<keyof typeof OF_PERSON_PARTS, string> = {
  drafts: '{conversationId}:{tabId}',
  tab: '',
  conversations: '{conversationId}',
}
const person = `${OF_PERSON}{userId}`
const keysOfPerson = Object.entries(OF_PERSON_PARTS).map(
  ([name, part]) => person + part + AFTER_PART[name as keyof typeof OF_PERSON_PARTS],
)

it('is described there by its name, and nothing else is', () => {
  expect(inventory.clientStores.map(({ name }) => name).sort()).toEqual(
    [...Object.values(STORED), person, ...keysOfPerson].sort(),
  )
})

it('has one object store in the database of a person', () => {
  expect(
    inventory.clientStores.flatMap(({ name, objectStore = [] }) =>
      name === person ? objectStore : [],
    ),
  ).toEqual([OUTBOX_STORE])
})

it('is stored under these names only', () => {
  const writers = Object.entries(sources).filter(([, text]) =>
    /\.setItem\(|\.createObjectStore\(/.test(text),
  )
  expect(writers.length).toBeGreaterThan(4)
  const unnamed = writers.filter(([, text]) => !text.includes("/storedNames'"))
  expect(unnamed.map(([file]) => file)).toEqual(['../src/lib/browser/storage.ts']) // hands on keys of others
})
