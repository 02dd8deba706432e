import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** DISREDIS_CHROMIUM, or the first one on PATH; undefined: there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.DISREDIS_CHROMIUM) return env.DISREDIS_CHROMIUM
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...paths, ...elsewhere].find((path) => existsSync(path))
}

/** What the tests in a browser need, in words. */
export const howToGetChromium =
  'no Chromium was found. Install one (Debian: apt-get install chromium) or set DISREDIS_CHROMIUM ' +
  'to its path, then: npm run test:browser --workspace @disredis/demo'
