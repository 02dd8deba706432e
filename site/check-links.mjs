import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'

/**
 * The links within a site that lead nowhere: to a page that is not there, or to an anchor that its page does
 * not have.
 *
 * @param {string} folder of the built site
 * @returns {string[]}
 */
export function checkLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  )
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  const anchors = new Map([...texts].map(([file, text]) => [file, anchorsOf(text)]))
  const problems = new Set()
  for (const [file, text] of texts) {
    for (const [, link = ''] of text.matchAll(/<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const problem = problemOf(decodeURI(link.replaceAll('&amp;', '&')), file)
      if (problem !== undefined) problems.add(`${file}: ${link} ${problem}`)
    }
  }
  return [...problems]

  /**
   * @param {string} link
   * @param {string} from
   */
  function problemOf(link, from) {
    if (/^[a-z]+:|^\/\//.test(link) || link === '') return undefined
    const [path = '', anchor] = link.split('#')
    const file = path === '' ? from : fileOf(path, from)
    if (file === undefined) return 'is not there'
    if (anchor === undefined || anchor === '' || !anchors.has(file)) return undefined
    return anchors.get(file)?.has(anchor) ? undefined : 'has no such anchor'
  }

  /**
   * @param {string} path
   * @param {string} from
   */
  function fileOf(path, from) {
    const target = path.startsWith('/') ? path.slice(1) : posix.join(dirname(from), path)
    const candidates = [target, `${target}.html`, posix.join(target, 'index.html')]
    return candidates
      .map((candidate) => relative('.', candidate) || 'index.html')
      .find((candidate) => texts.has(candidate) || (!candidate.endsWith('/') && isFile(candidate)))
  }

  /** @param {string} path */
  function isFile(path) {
    return /\.\w+$/.test(path) && existsSync(join(folder, path))
  }
}

/** @param {string} text */
function anchorsOf(text) {
  return new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))
}
