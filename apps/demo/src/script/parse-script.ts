import { UsageError } from '../cli/usage-error.js'
import { type FaultKind, faultKinds, type Statement } from './statement.js'

const verbs = 'crash, freeze, planned, restore, sync, wait, repeat'

/** Words, and each of `; { }` on its own. A line end separates like `;`. */
function tokensOf(text: string): string[] {
  return text.replace(/\n/g, ';').match(/[;{}]|[^\s;{}]+/g) ?? []
}

/**
 * Reads the script language of `--help`.
 *
 * @throws UsageError that quotes the word and says what may stand there.
 */
export function parseScript(text: string): Statement[] {
  const reader = new Reader(tokensOf(text))
  const statements = readStatements(reader)
  if (reader.peek() !== undefined) throw refused('There is a "}" without its "{".')
  if (statements.length === 0) throw refused(`It is empty. Statements: ${verbs}.`)
  return statements
}

function readStatements(reader: Reader): Statement[] {
  const statements: Statement[] = []
  for (;;) {
    while (reader.peek() === ';') reader.take()
    const token = reader.peek()
    if (token === undefined || token === '}') return statements
    statements.push(readStatement(reader))
    const next = reader.peek()
    if (next !== undefined && next !== ';' && next !== '}') {
      throw refused(`There is "${next}" where ";" should stand.`)
    }
  }
}

function readStatement(reader: Reader): Statement {
  const verb = reader.take() ?? ''
  if ((faultKinds as readonly string[]).includes(verb)) {
    return { do: verb as FaultKind, shard: reader.takeWord() }
  }
  switch (verb) {
    case 'restore':
    case 'sync':
      return { do: verb, shard: reader.takeWord() }
    case 'wait':
      return { do: 'wait', time: readTime(reader.takeWord()) }
    case 'repeat':
      return { do: 'repeat', times: readTimes(reader.takeWord()), body: readBody(reader) }
    default:
      throw refused(`"${verb}" is neither a statement (${verbs}) nor the name of a script.`)
  }
}

function readBody(reader: Reader): readonly Statement[] {
  if (reader.take() !== '{') throw refused('After "repeat N" comes "{".')
  const body = readStatements(reader)
  if (reader.take() !== '}') throw refused('There is a "{" without its "}".')
  if (body.length === 0) throw refused('"repeat" has nothing to repeat.')
  return body
}

function readTime(word: string | undefined): number {
  const { amount, unit } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s)$/.exec(word ?? '')?.groups ?? {}
  if (amount === undefined) throw refused(`"wait" takes a time such as 5s or 300ms${got(word)}.`)
  return Number(amount) * (unit === 's' ? 1000 : 1)
}

function readTimes(word: string | undefined): number {
  if (/^[1-9]\d{0,5}$/.test(word ?? '')) return Number(word)
  throw refused(`"repeat" takes a whole number from 1${got(word)}.`)
}

const got = (word: string | undefined) => (word === undefined ? '' : ` and got "${word}"`)
const refused = (reason: string) => new UsageError(`The script cannot be read. ${reason}`)

class Reader {
  readonly #tokens: readonly string[]
  #next = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  peek(): string | undefined {
    return this.#tokens[this.#next]
  }

  take(): string | undefined {
    return this.#tokens[this.#next++]
  }

  /** The next token if it is a word of the same statement. */
  takeWord(): string | undefined {
    const token = this.peek()
    return token === undefined || /^[;{}]$/.test(token) ? undefined : this.take()
  }
}
