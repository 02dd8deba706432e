import { ServerResponse } from 'node:http'
import type { WriteArguments } from './kept-writes.js'

/** The functions through which a response leaves. */
export type Output = Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'flushHeaders'>

/** Is asked in their place. */
export interface OutputOwner {
  writeHead(args: unknown[]): unknown
  write(args: WriteArguments): boolean
  end(args: WriteArguments): unknown
  flushHeaders(): void
}

type Asked = Record<keyof Output, (args: unknown[]) => unknown>
type Call = (this: ServerResponse, ...args: unknown[]) => unknown

const NAMES = ['writeHead', 'write', 'end', 'flushHeaders'] as const satisfies (keyof Output)[]

/** Owners of the responses whose functions ask for them here. */
const owners = new WeakMap<object, OutputOwner>()
/** Prototypes of responses, and whether those behind them have such functions. */
const asking = new WeakMap<object, boolean>()

/**
 * From now on `owner` is asked in place of the response's functions.
 *
 * An own property more costs a response behind Express several µs, see `AnsweredLook`. Its functions come
 * from the prototype that all responses of Express have, where each asks for its response's owner.
 *
 * @returns what they were
 */
export function takeOutput(res: ServerResponse, owner: OutputOwner): Output {
  const { writeHead, write, end, flushHeaders } = res
  const isOwn = owners.has(res) || NAMES.some((name) => Object.hasOwn(res, name))
  if (isOwn || !isAsking(Object.getPrototypeOf(res) as object)) {
    setOutput(res, owner)
    return { writeHead, write, end, flushHeaders }
  }
  owners.set(res, owner)
  return nodeOutput as Output
}

/** As {@link takeOutput}, over whatever others have put on the response since. */
export function retakeOutput(res: ServerResponse, before: OutputOwner, owner: OutputOwner): void {
  if (owners.has(res)) owners.set(res, before)
  setOutput(res, owner)
}

/** What stands behind Express's, looked up when it is called. */
const nodeOutput = Object.fromEntries(
  NAMES.map((name) => [
    name,
    function (this: ServerResponse, ...args: unknown[]) {
      return (ServerResponse.prototype[name] as Call).apply(this, args)
    },
  ]),
) as Record<keyof Output, Call>

function setOutput(res: ServerResponse, owner: OutputOwner): void {
  const own = res as unknown as Record<keyof Output, unknown>
  own.writeHead = (...args: unknown[]) => owner.writeHead(args)
  own.flushHeaders = () => owner.flushHeaders()
  own.write = (...args: WriteArguments) => owner.write(args)
  own.end = (...args: WriteArguments) => owner.end(args)
}

function isAsking(prototype: object): boolean {
  let known = asking.get(prototype)
  if (known === undefined) {
    known = letAsk(prototype)
    asking.set(prototype, known)
  }
  return known
}

/** False for what is not Express's, and for what has such functions of its own. */
function letAsk(prototype: object): boolean {
  if (asking.get(prototype) === true) return true
  if (NAMES.some((name) => Object.hasOwn(prototype, name))) return false
  const behind = Object.getPrototypeOf(prototype) as object | null
  if (behind === null) return false
  if (behind !== ServerResponse.prototype) return letAsk(behind)
  if (!Object.hasOwn(prototype, 'sendFile') || !Object.isExtensible(prototype)) return false
  for (const name of NAMES) {
    const value = function (this: ServerResponse, ...args: unknown[]): unknown {
      const owner = owners.get(this) as Asked | undefined
      return owner === undefined ? nodeOutput[name].apply(this, args) : owner[name](args)
    }
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
  asking.set(prototype, true)
  return true
}
