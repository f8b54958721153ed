/** Fails when a catalogue in src/locales lacks a text of the client, or has one that is gone. */
import { getCatalogs } from '@lingui/cli/api'
import { getConfig } from '@lingui/conf'

const config = getConfig()
const [catalogue] = await getCatalogs(config)
const texts = await catalogue.collect()

for (const locale of config.locales) {
  const stored = (await catalogue.read(locale)) ?? {}
  report(`${locale} lacks`, texts, stored)
  report(`${locale} still has`, stored, texts)
}

/** @param {string} problem @param {import('@lingui/conf').CatalogType} some @param {import('@lingui/conf').CatalogType} others */
function report(problem, some, others) {
  for (const id of Object.keys(some).filter((id) => !(id in others))) {
    console.error(`${problem} “${some[id].message ?? id}”: run npm run extract`)
    process.exitCode = 1
  }
}
