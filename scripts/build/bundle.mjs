import { join } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes each entry as one CommonJS module, with what entries share in modules of their own. Nothing is
 * minified: stack traces are read by people.
 *
 * @param {string} folder of the package
 * @param {readonly import('./entries.mjs').Entry[]} entries
 * @param {string} output folder
 * @returns {Promise<Map<string, readonly string[]>>} the names that each entry exports
 */
export async function bundle(folder, entries, output) {
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
  return new Map(
    files.flatMap((file) =>
      file.type === 'chunk' && file.isEntry ? [[file.name, file.exports]] : [],
    ),
  )
}
