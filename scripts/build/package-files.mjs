import { conditionsOf, SOURCE_CONDITION } from './entries.mjs'

/** What a published declaration needs `@types/node` for. */
const OF_NODE = /['"]node:|\bNodeJS\.|\bBuffer\b/

/**
 * Without it a project of TypeScript 6 or later, where `types` is empty by default, gets a flood of errors
 * out of our declarations; and one without `@types/node` a flood instead of one sentence.
 */
const REFERENCE_TO_NODE = '/// <reference types="node" />\n'

/**
 * The ES module of an entry: the names of the CommonJS module and nothing else. It holds no code and no
 * state, so that a program which loads the package both ways has each class once.
 *
 * @param {string} name of the entry
 * @param {readonly string[]} exported
 * @param {string | undefined} defaultName the name by which the default export is exported, too
 */
export function esModule(name, exported, defaultName) {
  const names = exported.filter((one) => one !== 'default').sort()
  if (defaultName !== undefined) names.push(`${defaultName} as default`)
  return `export {\n${names.map((one) => `  ${one},\n`).join('')}} from './${name}.cjs'\n`
}

/**
 * The declarations of an entry, for ES modules and for CommonJS. An ES module that says `default` of a
 * CommonJS module means all of it, so the default export is named.
 *
 * @param {string} source of the entry, relative to `types/`, without its extension: `adapter/index`
 * @param {string | undefined} defaultName
 * @param {ReadonlyMap<string, string>} declarations all that is published of the package
 */
export function entryDeclarations(source, defaultName, declarations) {
  const needsNode = [...declarations.values()].some((text) => OF_NODE.test(text))
  const from = `from './types/${source}.cjs'\n`
  const head = `${needsNode ? REFERENCE_TO_NODE : ''}export * ${from}`
  if (defaultName === undefined) return { '.d.cts': head, '.d.mts': head }
  const ofDefault = `export { ${defaultName} as default } ${from}`
  return { '.d.cts': head + ofDefault, '.d.mts': head + ofDefault }
}

/**
 * The package.json that is published: without what is of use in this repository only.
 * @param {Record<string, any>} manifest
 * @param {readonly import('./entries.mjs').Entry[]} entries
 */
export function publishedManifest(manifest, entries) {
  const { scripts, devDependencies, files, bin, exports, publishConfig, ...published } = manifest
  const { directory, ...config } = publishConfig ?? {}
  const isEntry = new Map(entries.map((entry) => [entry.subpath, entry]))
  return {
    ...published,
    type: 'commonjs',
    // For what knows no `exports`: TypeScript's `moduleResolution: node10`, older tools.
    main: './index.cjs',
    types: './index.d.cts',
    exports: Object.fromEntries(
      Object.entries(exports).map(([subpath, target]) => {
        const entry = isEntry.get(subpath)
        return [subpath, entry === undefined ? target : conditionsOf(entry, '')]
      }),
    ),
    ...(bin === undefined ? {} : { bin: withoutDist(bin) }),
    ...(publishConfig === undefined ? {} : { publishConfig: config }),
  }
}

/** @param {Readonly<Record<string, string>>} bin */
function withoutDist(bin) {
  return Object.fromEntries(
    Object.entries(bin).map(([name, file]) => [name, file.replace(/^(\.\/)?dist\//, '')]),
  )
}

/**
 * An entry beside the main one, for what knows no `exports`: a folder of its name.
 * @param {string} name
 */
export function folderManifest(name) {
  return { main: `../${name}.cjs`, types: `../${name}.d.cts` }
}

/**
 * What the package.json in the repository has to say of its entries, so that this repository's own
 * programs load the build in the way in which its users do.
 * @param {readonly import('./entries.mjs').Entry[]} entries
 */
export function expectedExports(entries) {
  return Object.fromEntries(
    entries.map((entry) => [
      entry.subpath,
      { [SOURCE_CONDITION]: entry.source, ...conditionsOf(entry, 'dist') },
    ]),
  )
}
