import { readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'oxc-parser'

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {number} line from 1
 * @property {boolean} isType gone after compilation
 */

const TYPESCRIPT = /\.[cm]?tsx?$/
const JSDOC_IMPORT = /(?<=^\*.*)\bimport\(['"]([^'"]+)['"]\)/gs

/**
 * All that a module names of other modules: `import`, `export from`, `import()`, `require()` and
 * types by `import('...')`, in JavaScript those of its JSDoc. Specifiers that are computed cannot be
 * seen.
 *
 * @param {string} file
 * @returns {Import[]}
 */
export function readImports(file) {
  const source = readFileSync(file, 'utf8')
  const { program, errors, comments } = parseSync(file, source)
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
  /** @type {Import[]} */
  const imports = []
  /**
   * @param {unknown} node the literal
   * @param {boolean} [isType]
   */
  const add = (node, isType = false) => {
    const { type, value, start } = /** @type {{ type: string, value: unknown, start: number }} */ (
      node
    )
    if (type !== 'Literal' || typeof value !== 'string') return
    imports.push({ specifier: value, line: lineAt(source, start), isType })
  }
  new Visitor({
    ImportDeclaration: ({ source: from, importKind, specifiers }) =>
      add(
        from,
        importKind === 'type' ||
          (specifiers.length > 0 &&
            specifiers.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type')),
      ),
    ExportAllDeclaration: ({ source: from, exportKind }) => add(from, exportKind === 'type'),
    ExportNamedDeclaration: ({ source: from, exportKind }) => {
      if (from !== null) add(from, exportKind === 'type')
    },
    ImportExpression: ({ source: from }) => add(from),
    TSImportType: ({ source: from }) => add(from, true),
    TSExternalModuleReference: ({ expression }) => add(expression),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'require' && first !== undefined) {
        add(first)
      }
    },
  }).visit(program)
  if (!TYPESCRIPT.test(file)) {
    for (const { value, start } of comments) {
      for (const { 1: specifier = '', index } of value.matchAll(JSDOC_IMPORT)) {
        imports.push({ specifier, line: lineAt(source, start + index), isType: true })
      }
    }
  }
  return imports
}

/**
 * @param {string} source
 * @param {number} offset
 */
function lineAt(source, offset) {
  return source.slice(0, offset).split('\n').length
}
