import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readImports } from '../layers/read-imports.mjs'

const { resolve: find } = createRequire(import.meta.url)
const tsc = join(dirname(find('typescript/package.json')), 'bin/tsc')

/**
 * Type-checks the package and lets tsc write its declarations.
 * @param {string} folder of the package
 * @param {string} output folder
 */
export async function emitDeclarations(folder, output) {
  const project = ['-p', 'tsconfig.build.json', '--outDir', output]
  const args = [...project, '--emitDeclarationOnly', '--declarationMap', 'false']
  try {
    await promisify(execFile)(process.execPath, [tsc, ...args], { cwd: folder })
  } catch (error) {
    throw new Error(/** @type {{ stdout: string }} */ (error).stdout)
  }
}

/**
 * The declarations that can be reached from the entries, as CommonJS: `.d.cts` is CommonJS to every
 * version and mode of TypeScript, whatever the package around it.
 *
 * @param {string} emitted folder
 * @param {readonly string[]} entries relative to it: `index.d.ts`
 * @returns {Promise<Map<string, string>>} texts by file, relative
 */
export async function reachableDeclarations(emitted, entries) {
  /** @type {Map<string, string>} */
  const found = new Map()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue
    const path = join(emitted, file)
    let text = await readFile(path, 'utf8')
    found.set(file, '')
    for (const { specifier } of readImports(path)) {
      if (!specifier.startsWith('.')) continue
      waiting.push(relative(emitted, resolve(dirname(path), specifier)).replace(/\.js$/, '.d.ts'))
      // Both quotes: tsc writes them for `import('./x.js').X`.
      for (const quote of [`'`, '"']) {
        const from = `${quote}${specifier}${quote}`
        text = text.replaceAll(from, from.replace(/\.js(?=['"]$)/, '.cjs'))
      }
    }
    found.set(file, text)
  }
  return found
}
