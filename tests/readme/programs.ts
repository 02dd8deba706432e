/** A runnable example of a README: a code block, with the blocks that continue it. */
export interface Program {
  /** Line of the README where it begins, from 1. */
  readonly line: number
  /** TypeScript. Each claim of a comment has become an assertion. */
  readonly code: string
  /** The program serves until it is ended; it works if it prints this. */
  readonly until: string | undefined
}

interface Block {
  readonly line: number
  readonly language: string
  readonly code: string
  /** What the HTML comment just before it says. */
  readonly mark: string
}

const LANGUAGES = new Set(['js', 'ts', 'mjs', 'mts', 'javascript', 'typescript'])

/**
 * The programs of a README: all its JavaScript and TypeScript blocks. An HTML comment on the line
 * before a block changes what is done with it:
 *
 * - `<!-- not run: reason -->`: nothing.
 * - `<!-- continues -->`: it goes on where the block before it ended.
 * - `<!-- run until: text -->`: it is ended when it has printed the text.
 *
 * A comment behind a line claims what the line gives: `ring.locate('k') // 'shard-1': because`.
 */
export function readPrograms(markdown: string): Program[] {
  const programs: Program[] = []
  for (const { line, language, code, mark } of readBlocks(markdown)) {
    if (!LANGUAGES.has(language)) continue
    const [, word = '', text = ''] =
      /^(not run|run until|continues)?(?::\s*(.*))?$/.exec(mark) ?? []
    const previous = programs.at(-1)
    if (word === 'not run') {
      if (text === '') throw new Error(`Line ${line}: "not run" needs a reason`)
    } else if (word === 'continues') {
      if (previous === undefined) throw new Error(`Line ${line}: there is nothing to continue`)
      programs.splice(-1, 1, { ...previous, code: `${previous.code}${assertClaims(code)}` })
    } else if (mark === '' || (word === 'run until' && text !== '')) {
      programs.push({ line, code: assertClaims(code), until: text === '' ? undefined : text })
    } else {
      throw new Error(`Line ${line}: the mark "${mark}" means nothing here`)
    }
  }
  return programs
}

function* readBlocks(markdown: string): Generator<Block> {
  const fenced = /(?:^<!--\s*(.*?)\s*-->\n+)?^```(\w*)[^\n]*\n(.*?)^```$/gms
  for (const match of markdown.matchAll(fenced)) {
    const [text, mark = '', language = '', code = ''] = match
    const before = markdown.slice(0, match.index + text.indexOf('```'))
    yield { line: before.split('\n').length, language, code, mark }
  }
}

const LITERAL = String.raw`('[^']*'|-?\d[\d_.]*|true|false|null|undefined|\[.*\]|\{.*\})`
const CLAIM = new RegExp(String.raw`^(\s*)(\S.*?);? +// ${LITERAL}(?:[:;,] .*)?$`)

/** A line stays a line, so that compilers name the right one. */
function assertClaims(code: string): string {
  return code.replace(/^.*$/gm, (line) => {
    const [, indent, statement = '', value] = CLAIM.exec(line) ?? []
    if (value === undefined || /^\/\/|[,({[]$/.test(statement)) return line
    const variable = /^(?:const|let) (\w+)/.exec(statement)?.[1]
    if (variable !== undefined) return `${indent}${statement}; $claim(${variable}, ${value})`
    const printed = /^console\.log\((.*)\)$/.exec(statement)?.[1]
    return `${indent}$claim(${printed ?? statement}, ${value})`
  })
}
