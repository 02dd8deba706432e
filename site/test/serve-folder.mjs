import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.svg', 'image/svg+xml'],
  ['.json', 'application/json'],
  ['.woff2', 'font/woff2'],
])

/**
 * Serves a site as its host does: `/page` is `page.html`.
 * @param {string} folder
 * @returns {Promise<AsyncDisposable & { url: string }>}
 */
export async function serveFolder(folder) {
  const server = createServer(({ url = '/' }, response) => {
    const path = decodeURI(new URL(url, 'http://localhost').pathname)
    const file = [path, `${path}.html`, join(path, 'index.html')]
      .map((one) => join(folder, one))
      .find((one) => extname(one) !== '' && existsSync(one))
    response.statusCode = file === undefined ? 404 : 200
    const shown = file ?? join(folder, '404.html')
    response.setHeader('content-type', types.get(extname(shown)) ?? 'application/octet-stream')
    response.end(readFileSync(shown))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
