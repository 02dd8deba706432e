// Builds the site into site/dist and checks its links:
//   npm run docs
//   npm run docs -- --serve     and shows it
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { build, serve } from 'vitepress'
import { checkLinks } from './check-links.mjs'
import { withLinksOnSite } from './links.mjs'
import { apiPages, documents, packagePages } from './pages.mjs'

const site = import.meta.dirname
const root = join(site, '..')
const pages = join(site, '.generated/pages')

rmSync(join(site, '.generated'), { recursive: true, force: true })
cpSync(join(root, 'docs'), pages, { recursive: true })
for (const name of documents) writePage(`${name}.md`, `docs/${name}.md`)
for (const folder of packagePages) writePage(`${folder}.md`, `${folder}/README.md`)
writeApi()
await build(site)

const problems = checkLinks(join(site, 'dist'))
for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error(`${problems.length} links lead nowhere`)
  process.exitCode = 1
} else if (process.argv.includes('--serve')) {
  await serve({ root: site, port: Number(process.env.PORT ?? 4173) })
}

/**
 * @param {string} page
 * @param {string} document relative to the repository
 */
function writePage(page, document) {
  const text = readFileSync(join(root, document), 'utf8')
  const path = join(pages, page)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, withLinksOnSite(text, document, page, root))
}

/** One page for each module that programs may import, of what its doc comments say. */
function writeApi() {
  const typedoc = createRequire(import.meta.url).resolve('typedoc/package.json')
  const entryPoints = apiPages.flatMap(({ source }) => ['--entryPoints', join('..', source)])
  execFileSync(process.execPath, [join(dirname(typedoc), 'bin/typedoc'), ...entryPoints], {
    cwd: site,
    stdio: 'inherit',
  })
  mkdirSync(join(pages, 'api'))
  const names = new Map(apiPages.map((page) => [writtenFile(page), page.name]))
  for (const page of apiPages) {
    const file = writtenFile(page)
    const text = readFileSync(join(site, '.generated/api', file), 'utf8')
      .replace(/^# .*$/m, `# ${page.module}`)
      .replace(/\(([\w./-]+\.md)/g, (link, target) => {
        const name = names.get(join(dirname(file), target))
        return name === undefined ? link : `(${name}.md`
      })
    writeFileSync(join(pages, 'api', `${page.name}.md`), text)
  }
}

/**
 * Where TypeDoc writes what it found in an `index.ts`.
 * @param {import('./pages.mjs').ApiPage} page
 */
function writtenFile({ source }) {
  return `${relative('packages', dirname(source))}.md`
}
