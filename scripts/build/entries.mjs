import { basename } from 'node:path'

/** What a program asks for to read a package from its source: the tests and checks of this repository do. */
export const SOURCE_CONDITION = '@disredis/source'

/**
 * @typedef {object} Entry
 * @property {string} subpath as in `exports`: `.`, `./adapter`
 * @property {string} name of the built files: `index`, `adapter`
 * @property {string} source relative to the package: `./src/adapter/index.ts`
 */

/**
 * The entries of a package: all that `exports` names with a source.
 * @param {{ exports?: Readonly<Record<string, unknown>> }} manifest
 * @returns {Entry[]}
 */
export function entriesOf({ exports = {} }) {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const source = /** @type {Record<string, unknown>} */ (target)[SOURCE_CONDITION]
    if (typeof source !== 'string') return []
    return [{ subpath, name: subpath === '.' ? 'index' : basename(subpath), source }]
  })
}

/**
 * The programs of a package: `bin` names what is built of the source of the same name.
 * @param {{ bin?: Readonly<Record<string, string>> }} manifest
 * @returns {Omit<Entry, 'subpath'>[]}
 */
export function programsOf({ bin = {} }) {
  return Object.values(bin).map((file) => {
    const name = basename(file, '.cjs')
    return { name, source: `./src/${name}.ts` }
  })
}

/**
 * The conditions of an entry, as they have to stand in package.json. What is found first is taken, so
 * `types` comes before `default` in each; whoever asks for neither `import` nor `require` gets CommonJS.
 * @param {Entry} entry
 * @param {string} folder of the built files, relative to package.json
 */
export function conditionsOf({ name }, folder) {
  const file = `./${folder === '' ? '' : `${folder}/`}${name}`
  return {
    import: { types: `${file}.d.mts`, default: `${file}.mjs` },
    default: { types: `${file}.d.cts`, default: `${file}.cjs` },
  }
}
