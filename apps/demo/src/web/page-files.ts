import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface PageFile {
  readonly type: string
  readonly compressed: Buffer
}

/** The built page, in memory: no request names a path of this machine. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>

  /** @param folder what Vite built */
  constructor(folder: string) {
    const paths = existsSync(folder) ? listFiles(folder) : []
    this.#files = new Map(
      paths.flatMap((path) => {
        const type = types[extname(path)]
        if (type === undefined) return []
        const name = `/${relative(folder, path).split(sep).join('/')}`
        return [[name, { type, compressed: gzipSync(readFileSync(path)) }] as const]
      }),
    )
    if (!this.#files.has('/index.html')) {
      throw new Error(`There is no page in ${folder}: run npm run build.`)
    }
  }

  /** @returns whether there is such a file */
  send(name: string, response: ServerResponse): boolean {
    const file = this.#files.get(name === '/' ? '/index.html' : name)
    if (file === undefined) return false
    // Built names hold a hash of the content.
    if (name.startsWith('/assets/')) {
      response.setHeader('Cache-Control', 'max-age=31536000, immutable')
    }
    response.setHeader('Content-Type', file.type)
    response.setHeader('Content-Encoding', 'gzip')
    response.end(file.compressed)
    return true
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
