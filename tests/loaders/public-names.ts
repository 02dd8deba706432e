import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/root.mjs'
import { packages } from '../packaging/packages.js'
import type { PublicNames } from './exercise.js'

/**
 * What each package exports, by the list in its build. It is read and not loaded: here `require()` leads
 * to the sources.
 */
export function publicNames(): PublicNames {
  return new Map(
    packages.map(({ name, folder }) => {
      const text = readFileSync(join(root, folder, 'dist/index.mjs'), 'utf8')
      const names = [...text.matchAll(/^ {2}(?:\w+ as )?(\w+),$/gm)].map(([, one]) => one as string)
      return [name, names]
    }),
  )
}
