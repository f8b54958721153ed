/**
 * Every name under which this application stores something in a browser. contracts/data-inventory.json says what each
 * holds; a test compares both.
 */
export const STORED = {
  session: 'messaging-session',
  sessionRefused: 'messaging-session-refused',
  clockSkew: 'messaging-clock-skew',
  reloaded: 'messaging-reloaded',
} as const

/** What is stored of one person begins with this and the person's id: the name of a database, and the start of keys. */
export const OF_PERSON = 'messaging:'

/** Parts of keys after the person's. */
export const OF_PERSON_PARTS = {
  drafts: ':draft:',
  tab: ':tab',
  conversations: ':conversation:',
} as const

/** The object store in a person's database. */
export const OUTBOX_STORE = 'outbox'
