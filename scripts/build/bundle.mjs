import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes each entry as one CommonJS module, with what entries share in modules of their own. Nothing is
 * minified: stack traces are read by people.
 *
 * @param {string} folder of the package
 * @param {readonly Pick<import('./entries.mjs').Entry, 'name' | 'source'>[]} entries
 * @param {string} output folder
 * @param {readonly string[]} declared packages that users will have installed
 * @returns {Promise<Map<string, readonly string[]>>} the names that each entry exports
 */
export async function bundle(folder, entries, output, declared) {
  const build = await rolldown({
    cwd: folder,
    input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    tsconfig: join(folder, 'tsconfig.build.json'),
    // The oldest Node.js that is supported.
    transform: { target: 'node20.19' },
    onLog(level, log, pass) {
      if (level === 'warn') throw new Error(log.message)
      pass(level, log)
    },
  })
  const { output: files } = await build.write({
    dir: output,
    format: 'cjs',
    strict: true,
    exports: 'named',
    // Names of classes are seen: in `error.name`, in a stack trace, by `inspect`.
    keepNames: true,
    comments: { legal: true, annotation: true, jsdoc: false },
    entryFileNames: '[name].cjs',
    chunkFileNames: 'shared/[name].cjs',
  })
  await build.close()
  for (const file of files) {
    if (file.type === 'chunk') checkImports(file, declared)
  }
  return new Map(
    files.flatMap((file) =>
      file.type === 'chunk' && file.isEntry ? [[file.name, file.exports]] : [],
    ),
  )
}

/**
 * A module that nobody installs would be missed by the first user. That is also how syntax shows that the
 * oldest Node.js does not know: its stand-in comes from a package of its own.
 *
 * @param {import('rolldown').OutputChunk} chunk
 * @param {readonly string[]} declared
 */
function checkImports({ fileName, imports, dynamicImports }, declared) {
  for (const name of [...imports, ...dynamicImports]) {
    if (isBuiltin(name) || name.endsWith('.cjs')) continue
    const [, of] = /^((?:@[^/]+\/)?[^/]+)/.exec(name) ?? []
    if (of !== undefined && declared.includes(of)) continue
    throw new Error(`${fileName} needs ${name}, which package.json does not declare`)
  }
}
