import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const inPage = (path: string) => fileURLToPath(new URL(`page/${path}`, import.meta.url))

/** The dashboard's page; the server in `src/web/` serves what is built of it. */
export default defineConfig({
  root: inPage(''),
  resolve: {
    // The ring is computed in the page, from source: no package has to be built before.
    conditions: ['@disredis/source', 'browser', 'module', 'import', 'default'],
    alias: { 'node:buffer': inPage('src/utf8-buffer.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // An inline script would need an exception in the content security policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
})
