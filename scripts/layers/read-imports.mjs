import { readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'oxc-parser'

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {number} line from 1
 * @property {boolean} isType gone after compilation
 * @property {boolean} isLazy happens when the code runs, not when the module loads
 */

/**
 * All that a module names of other modules: `import`, `export from`, `import()`, `require()` and
 * types by `import('...')`. Specifiers that are computed cannot be seen.
 *
 * @param {string} file
 * @returns {Import[]}
 */
export function readImports(file) {
  const source = readFileSync(file, 'utf8')
  const { program, errors } = parseSync(file, source)
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
  /** @type {Import[]} */
  const imports = []
  /**
   * @param {unknown} node the literal
   * @param {{ isType?: boolean, isLazy?: boolean }} kind
   */
  const add = (node, { isType = false, isLazy = false }) => {
    const { type, value, start } = /** @type {{ type: string, value: unknown, start: number }} */ (
      node
    )
    if (type !== 'Literal' || typeof value !== 'string') return
    imports.push({ specifier: value, line: lineAt(source, start), isType, isLazy })
  }
  new Visitor({
    ImportDeclaration: ({ source: from, importKind, specifiers }) =>
      add(from, {
        isType:
          importKind === 'type' ||
          (specifiers.length > 0 &&
            specifiers.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type')),
      }),
    ExportAllDeclaration: ({ source: from, exportKind }) =>
      add(from, { isType: exportKind === 'type' }),
    ExportNamedDeclaration: ({ source: from, exportKind }) => {
      if (from !== null) add(from, { isType: exportKind === 'type' })
    },
    ImportExpression: ({ source: from }) => add(from, { isLazy: true }),
    TSImportType: ({ source: from }) => add(from, { isType: true }),
    TSExternalModuleReference: ({ expression }) => add(expression, {}),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'require' && first !== undefined) {
        add(first, { isLazy: true })
      }
    },
  }).visit(program)
  return imports
}

/**
 * @param {string} source
 * @param {number} offset
 */
function lineAt(source, offset) {
  return source.slice(0, offset).split('\n').length
}
