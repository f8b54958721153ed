/**
 * Generates src/contracts from the contracts folder of the repository.
 * With `--check` it changes nothing and fails when a committed file is not current.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { compile } from 'json-schema-to-typescript'
import { format, resolveConfig } from 'prettier'

const contracts = new URL('../../contracts/', import.meta.url)
const target = new URL('../src/contracts/', import.meta.url)
const banner = '// Generated from contracts/ by `npm run generate`. Do not edit.'

const fresh = {
  'types.ts': await renderTypes(),
  'catalogues.ts': await renderCatalogues(),
}

let stale = false
for (const [name, text] of Object.entries(fresh)) {
  const file = new URL(name, target)
  const current = await readFile(file, 'utf8').catch(() => '')
  if (current === text) continue
  stale = true
  if (process.argv.includes('--check'))
    console.error(`src/contracts/${name} is not current: run npm run generate`)
  else await writeFile(file, text)
}
if (stale && process.argv.includes('--check')) process.exit(1)

/** A type for every frame and REST body, and for what they are made of. */
async function renderTypes() {
  const { $defs } = allSchemas()
  const needed = new Set()
  for (const root of ['ClientFrame', 'ServerFrame', ...(await restTitles())])
    reach(root, $defs, needed)
  const definitions = Object.fromEntries(
    [...needed].map((name) => [name, describeReferences($defs[name])]),
  )
  const source = await compile({ title: 'Contracts', $defs: definitions }, 'Contracts', {
    bannerComment: banner,
    additionalProperties: false,
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    format: false,
  })
  return pretty(
    source
      .replace(/export interface Contracts \{[^}]*\}\n/, '')
      // The compiler's remark on who refers to a type tells nothing.
      .replace(/\/\*\*\s*\* This interface was referenced by [^\n]*\n[^\n]*\n\s*\*\//g, '')
      .replace(/\s*\*\s*\n\s*\* This interface was referenced by [^\n]*\n[^\n]*/g, ''),
  )
}

/** The schemas in one document, as Python composes them for its own models. */
function allSchemas() {
  const repository = fileURLToPath(new URL('..', contracts))
  const installed = `${repository}.local/venv/bin/python`
  const python = existsSync(installed) ? installed : 'python3'
  const options = { cwd: repository, maxBuffer: Infinity }
  return JSON.parse(execFileSync(python, ['-m', 'contracts.schemas'], options).toString())
}

/** Of the bodies that have files, and of those that follow from frames. */
async function restTitles() {
  const bodies = await readFolder('rest/')
  const frames = await readFolder('frames/client/')
  return [...bodies, ...frames.flatMap((frame) => frame['x-body'] ?? [])].map(({ title }) => title)
}

/** @param {string} folder */
async function readFolder(folder) {
  const names = (await readdir(new URL(folder, contracts))).sort()
  return Promise.all(names.map((name) => readJson(folder + name)))
}

/** Adds a definition and everything it refers to. @param {string} name @param {any} $defs @param {Set<string>} found */
function reach(name, $defs, found) {
  if (found.has(name)) return
  found.add(name)
  for (const [, next] of JSON.stringify($defs[name]).matchAll(/"#\/\$defs\/(\w+)"/g))
    reach(next ?? '', $defs, found)
}

/**
 * The compiler copies a definition whose reference carries a description of its own; naming the type keeps both.
 * @param {any} node @returns {any}
 */
function describeReferences(node) {
  if (Array.isArray(node)) return node.map(describeReferences)
  if (typeof node !== 'object' || node === null) return node
  if (node.$ref && node.description)
    return { description: node.description, tsType: node.$ref.split('/').pop() }
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, describeReferences(value)]),
  )
}

/** Codes, limits and patterns, as the client needs them at run time. */
async function renderCatalogues() {
  const limits = await readLimits()
  const limit = (/** @type {string} */ name, /** @type {string} */ source) =>
    `${name}: ${limits[source]}`
  const closeCodes = await readJson('close-codes.json')
  const errorCodes = await readJson('error-codes.json')
  const { $defs } = await readJson('types.json')
  const closeCode = (/** @type {any} */ { code, name, reconnect }) =>
    `${code}: ${JSON.stringify({ name, reconnect })}`
  const errorCode = (/** @type {any} */ { code }) => JSON.stringify(code)
  return pretty(`${banner}
    /** WebSocket close codes: may the client reconnect by itself? */
    export const closeCodes = { ${closeCodes.codes.map(closeCode).join(', ')} } as const
    /** Codes of problem documents and \`error\` frames. */
    export type ErrorCode = ${errorCodes.codes.map(errorCode).join(' | ')}
    /** A regular expression for the addresses that may be put into a page. */
    export const urlPattern = ${JSON.stringify($defs.Url.pattern)}
    /** The sender of system messages, which nobody wrote. */
    export const systemSenderId = ${JSON.stringify($defs.SystemSenderId.const)}
    /** What the contracts allow; \`welcome\` may announce other limits. */
    export const limits = {
      ${limit('maxMessageLength', 'MAX_MESSAGE_LENGTH')},
      ${limit('maxPreviewLength', 'MAX_PREVIEW_LENGTH')},
      ${limit('maxHistoryPage', 'MAX_HISTORY_PAGE')},
      ${limit('maxListPage', 'MAX_LIST_PAGE')},
      ${limit('maxUnreadConversations', 'MAX_UNREAD_CONVERSATIONS')},
    } as const
    /** A regular expression for a text that can be sent: it has a visible character, and no NUL. */
    export const messageTextPattern = ${asciiString($defs.MessageText.pattern)}
  `)
}

/** A string literal without invisible characters. @param {string} text */
function asciiString(text) {
  const escape = (/** @type {string} */ character) =>
    `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, escape)
}

/** Each line is `NAME = number`. */
async function readLimits() {
  const text = await readText('generated/limits.py')
  return Object.fromEntries([...text.matchAll(/^(\w+) = (\d+)/gm)].map((line) => line.slice(1)))
}

/** @param {string} path */
async function readJson(path) {
  return JSON.parse(await readText(path))
}

/** @param {string} path */
function readText(path) {
  return readFile(new URL(path, contracts), 'utf8')
}

/** @param {string} source */
async function pretty(source) {
  const options = await resolveConfig(new URL('types.ts', target))
  return format(source, { ...options, plugins: [], parser: 'typescript' })
}
