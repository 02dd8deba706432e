import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The page, built of its source now; gone when it is disposed of. */
export async function buildPage(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'disredis-page-'))
  await build({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
