// Builds the site into site/dist and checks its links:
//   npm run docs
//   npm run docs -- --serve     and shows it
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build, serve } from 'vitepress'
import { readWorkspaces } from '../scripts/workspaces.mjs'
import { checkLinks } from './check-links.mjs'
import { withLinksOnSite } from './links.mjs'

const site = import.meta.dirname
const root = join(site, '..')
const pages = join(site, '.generated/pages')

rmSync(join(site, '.generated'), { recursive: true, force: true })
cpSync(join(root, 'docs'), pages, { recursive: true })
for (const page of readdirSync(pages).filter((file) => file.endsWith('.md'))) {
  writePage(page, `docs/${page}`)
}
for (const { folder, manifest } of readWorkspaces()) {
  if (!folder.startsWith('packages/') || manifest.private === true) continue
  writePage(`${folder}.md`, `${folder}/README.md`)
}
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

/** One page for each package, of what its doc comments say. */
function writeApi() {
  const typedoc = createRequire(import.meta.url).resolve('typedoc/package.json')
  execFileSync(process.execPath, [join(dirname(typedoc), 'bin/typedoc')], {
    cwd: site,
    stdio: 'inherit',
  })
  const written = join(site, '.generated/api')
  mkdirSync(join(pages, 'api'))
  for (const entry of readdirSync(written, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const text = readFileSync(join(written, entry.name, 'src.md'), 'utf8')
      .replace(/^# .*$/m, `# @disredis/${entry.name}`)
      .replace(/\((?:\.\.\/)?([\w-]+)\/src\.md/g, '($1.md')
      .replace(/\(src\.md/g, `(${entry.name}.md`)
    writeFileSync(join(pages, 'api', `${entry.name}.md`), text)
  }
}
