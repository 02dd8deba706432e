import { existsSync, statSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'

const REPOSITORY = 'https://github.com/disredis/disredis'
const FILE_ON_GITHUB =
  /^https:\/\/github\.com\/disredis\/disredis\/(?:blob|tree)\/main\/([^#]+)(#.*)?$/

/**
 * A link of a document, for the site: to the page of another document if it is on the site, else to GitHub.
 *
 * @param {string} link as it is written
 * @param {string} document that has it, relative to the repository: `docs/failover.md`
 * @param {string} page of that document: `failover.md`
 * @param {string} root of the repository
 */
export function linkOnSite(link, document, page, root) {
  if (link.startsWith('#')) return link
  const [, onGitHub, itsAnchor] = FILE_ON_GITHUB.exec(link) ?? []
  if (onGitHub === undefined && /^[a-z]+:/.test(link)) return link
  const [path = '', anchor] = link.split('#')
  const file = onGitHub ?? posix.normalize(posix.join(dirname(document), path))
  const fragment = itsAnchor ?? (anchor === undefined ? '' : `#${anchor}`)
  const target = pageOf(file)
  if (target !== undefined && existsSync(join(root, documentOf(target)))) {
    const there = relative(dirname(page), target)
    return `${there.startsWith('.') ? there : `./${there}`}${fragment === '#readme' ? '' : fragment}`
  }
  const isFolder = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory()
  return `${REPOSITORY}/${isFolder ? 'tree' : 'blob'}/main/${file.replace(/\/$/, '')}${fragment}`
}

/**
 * The page of a document; undefined for what is not on the site.
 * @param {string} file relative to the repository
 */
export function pageOf(file) {
  const [, ofPackage] = /^packages\/([\w-]+)(?:\/(?:README\.md)?)?$/.exec(file) ?? []
  if (ofPackage !== undefined) return `packages/${ofPackage}.md`
  const [, inDocs] = /^docs\/(.+)$/.exec(file) ?? []
  return inDocs
}

/** @param {string} page; @returns {string} the document that it is made of */
export function documentOf(page) {
  const [, ofPackage] = /^packages\/([\w-]+)\.md$/.exec(page) ?? []
  return ofPackage === undefined ? `docs/${page}` : `packages/${ofPackage}/README.md`
}

/**
 * The document with its links for the site; code is left alone.
 * @param {string} text
 * @param {string} document
 * @param {string} page
 * @param {string} root
 */
export function withLinksOnSite(text, document, page, root) {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part.replace(
            /(\]\()([^()\s]+)(\))/g,
            (_, open, link, close) => open + linkOnSite(link, document, page, root) + close,
          ),
    )
    .join('')
}
