import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readWorkspaces } from '../scripts/workspaces.mjs'

const root = join(import.meta.dirname, '..')

const published = readWorkspaces().filter(
  ({ folder, manifest }) => folder.startsWith('packages/') && manifest.private !== true,
)

/**
 * @typedef {object} ApiPage
 * @property {string} name of the page, `telemetry-prometheus`
 * @property {string} module as programs import it, `@disredis/telemetry/prometheus`
 * @property {string} source its `index.ts`, relative to the repository
 */

/** What programs may import, one page each. @type {readonly ApiPage[]} */
export const apiPages = published.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, conditions]) => {
    const source = Object(conditions)['@disredis/source']
    if (source === undefined) return []
    const page = { module: join(manifest.name, entry), source: join(folder, source) }
    const name = page.module.replace('@disredis/', '').replaceAll('/', '-')
    return [{ ...page, name }]
  }),
)

/** The page of a package is its README. */
export const packagePages = published.map(({ folder }) => folder)

/** Names of the pages that `docs/` has; `index` is the first page. */
export const documents = readdirSync(join(root, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.replace(/\.md$/, ''))

/** The link of every page but the first. */
export const links = [
  ...documents.filter((name) => name !== 'index'),
  ...packagePages,
  ...apiPages.map(({ name }) => `api/${name}`),
].map((page) => `/${page}`)
