import type { Argument, PendingReply } from '@disredis/connection'
import { blockingTime } from '../catalog/blocking-time.js'
import { type CommandEffect, effectOfCall } from '../catalog/command-effect.js'
import { type CommandInfo, infoOfCall } from '../catalog/command-info.js'
import type { CallPolicy } from './call-policy.js'
import { type CommandMessage, commandBegins, commandEnds, isHeard } from './command-channel.js'
import { decodeReply } from './decode-reply.js'
import { commandChannel, traceCommand } from './trace-command.js'
import { withPrefix } from './with-prefix.js'

/** What commands write themselves to. */
export interface Wire {
  /** Sends a request; `pending` is told its reply, or that the connection was lost. */
  send(name: string, args: readonly Argument[], pending: PendingReply): number
}

/** Keeps replies to writes that prove nothing yet: their master is being replaced. */
export interface ReplyHold {
  /** Takes the reply over; sooner or later it accepts it for the command, or fails the command. */
  hold(command: Command, reply: unknown): void
}

/** Who hears that a command failed on the connection that it was written to. */
export interface CommandCarrier {
  /** There while its node is being replaced. */
  readonly replyHold: ReplyHold | undefined
  /** Of the node, for those who trace commands. */
  readonly address: { readonly host: string; readonly port: number }
  readonly db: number
  /** It got an error reply, or the connection was lost before the reply. */
  commandFailed(command: Command, error: Error): void
}

/** One command on the wire of a group: made anew for each time the group is written. */
export type GroupMember = readonly [name: string, args: readonly Argument[]]

/** The reply of each member, or its error. */
export type MemberReplies = readonly (unknown | Error)[]

export type CommandCallback = (error?: Error | null, reply?: unknown) => void

/**
 * A command, from the call to the settled promise. It knows what may be done when it fails: an error is
 * left to the carrier, which settles the command or sends it again. Its promise settles exactly once.
 */
export class Command implements PendingReply {
  /** As it is sent. */
  name: string
  /** Strings and buffers, as they are sent: transformed, with their prefixes. */
  args: Argument[]
  readonly info: CommandInfo
  readonly policy: CallPolicy
  /** Of the reply; null: buffers. */
  readonly encoding: 'utf8' | null
  isSettled = false
  /** ms from the call to its answer or error; the policy's unless the command itself says more. */
  timeout: number
  /** When the call's time is over, in the clock of the client's runtime. */
  deadline: number | undefined = undefined
  /** Order of issue within the shard. */
  sequence = 0
  /** Position among what was sent on the connection; tells what left the process. */
  position = 0
  /** The connection it was handed to, until that one answers or fails it. */
  carrier: CommandCarrier | undefined = undefined
  /** There from the first write to the end, if somebody wants to be told. */
  #told: CommandMessage | undefined = undefined

  // Most commands have none of these: thousands may be pending, and the collector copies each of them.

  /** Where it waits, if it does, and the size that is counted there. */
  declare queue?: { forget(command: Command): void } | undefined
  declare queuedBytes?: number
  /** The last refusal by a server, told if the deadline passes before a retry succeeds. */
  declare refusal?: Error | undefined
  /** An earlier attempt left the process and was lost: a write may have been executed, whatever follows. */
  declare hasLostAttempt?: boolean
  /** One of the commands of a pipeline that is told as a whole. */
  declare isInPipeline?: boolean

  /** Settles with the command. A {@link RawCommand} has none by itself. */
  declare promise: Promise<unknown>
  /** The commands of a group that callers issued. */
  declare members?: readonly Command[]
  /** What shards execute of it, if several do. */
  declare parts?: readonly Command[]
  /** Made by the call, if its policy wants it: errors get its stack. */
  declare callSite?: Error
  declare private resolvePromise: (reply: unknown) => void
  declare private rejectPromise: (error: Error) => void

  constructor(
    info: CommandInfo,
    args: unknown[],
    policy: CallPolicy,
    encoding: 'utf8' | null,
    keyPrefix: string | undefined,
    callback: CommandCallback | undefined,
    name: string = info.name,
  ) {
    this.name = name
    this.encoding = encoding
    this.args = prepare(info, args, name)
    this.info = info.subcommands === undefined ? info : infoOfCall(info, this.args)
    if (keyPrefix) this.#prefixKeys(keyPrefix)
    this.policy = policy
    this.timeout = this.info.isBlocking ? this.#blockingTimeout() : policy.timeout
    this.makePromise(callback)
  }

  /**
   * The time of the call begins at `now`.
   * In whole ms, rounded up: any other number V8 keeps in an object of its own.
   */
  startClock(now: number): void {
    this.deadline = Math.ceil(now + this.timeout)
  }

  /** What repeating this very call would mean. */
  get effect(): CommandEffect {
    return effectOfCall(this.info.name, this.info.effect, this.args)
  }

  get isRead(): boolean {
    return this.info.effect === 'read'
  }

  /** It, or a part of it, was handed to a connection. */
  get mayBeExecuted(): boolean {
    if (this.carrier !== undefined) return true
    return this.parts?.some((part) => part.isSettled || part.mayBeExecuted) === true
  }

  /** Puts the command on a wire. Groups and scripts write something else than themselves. */
  writeTo(wire: Wire, carrier: CommandCarrier): void {
    this.carrier = carrier
    if (commandChannel.hasSubscribers) traceCommand(this, carrier)
    if (isHeard()) this.#told ??= commandBegins(this, carrier)
    this.position = this.send(wire)
  }

  protected send(wire: Wire): number {
    return wire.send(this.name, this.args, this)
  }

  /** Of the connection: strings of the reply come as text. */
  get wantsText(): boolean {
    return this.encoding === 'utf8'
  }

  /** The connection was told the reply, in the encoding of the call. */
  onReply(reply: unknown): void {
    const hold = this.carrier?.replyHold
    if (hold !== undefined && !this.isRead) hold.hold(this, reply)
    else this.accept(reply)
  }

  /** The reply is true, in the encoding of the call. */
  accept(reply: unknown): void {
    this.carrier = undefined
    this.answer(reply)
  }

  /** The connection was told an error, or lost. */
  onError(error: Error): void {
    const { carrier } = this
    this.carrier = undefined
    if (carrier === undefined) this.fail(error)
    else if (!this.isSettled) carrier.commandFailed(this, error)
  }

  /** The server does not know the script of the command. True if it can be sent again with it. */
  reload(): boolean {
    const script = this.policy.scripts?.evalOf(this)
    if (script === undefined) return false
    const [name, args] = script
    this.name = name
    this.args = [...args]
    return true
  }

  /** The command as a part of a group. */
  asMembers(): readonly GroupMember[] {
    // What is refused in a group is not sent again.
    const script = this.policy.scripts?.evalOf(this)
    return [script ?? [this.name, this.args]]
  }

  /** What the replies to {@link asMembers} mean: its own reply, or the error that stands for it. */
  outcomeOf([reply]: MemberReplies): unknown | Error {
    return reply
  }

  /** Settles the promise with what `reply` means; it is in the encoding of the call. */
  answer(reply: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    let result: unknown
    try {
      result = this.transformReply(reply)
    } catch (error) {
      this.#end(error as Error)
      this.settleError(error as Error)
      return
    }
    this.#end()
    this.settle(result)
  }

  /** As {@link answer}, with a reply whose strings are buffers. */
  answerEncoded(reply: unknown): void {
    this.answer(decodeReply(reply, this.encoding))
  }

  /** Resolves the promise with a value that is the caller's already. */
  complete(result: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    this.#end()
    this.settle(result)
  }

  /** What a reply whose strings are buffers means to the caller, or why it means nothing. */
  readReply(reply: unknown): [error: null, result: unknown] | [error: Error] {
    try {
      return [null, this.transformReply(decodeReply(reply, this.encoding))]
    } catch (error) {
      return [error as Error]
    }
  }

  /** Gives the call up where it stands: in a queue it makes room, on the wire it is not waited for. */
  abandon(error: Error): void {
    this.fail(error)
    this.queue?.forget(this)
    for (const part of this.parts ?? []) part.abandon(error)
    // It may stay in a queue until its turn; its payload need not.
    this.args = []
  }

  /** Rejects the promise; later answers are ignored. */
  fail(error: Error): void {
    if (this.isSettled) return
    this.isSettled = true
    this.#end(error)
    const { callSite } = this
    this.settleError(callSite === undefined ? error : withStackOf(callSite, error))
  }

  #end(error?: Error): void {
    if (this.#told === undefined) return
    commandEnds(this.#told, error)
    this.#told = undefined
  }

  protected transformReply(reply: unknown): unknown {
    const { info, name } = this
    if (info.transformReply === undefined || name !== info.name) return reply
    return info.transformReply(reply)
  }

  /** Two closures for all commands together in place of two each. */
  protected makePromise(callback: CommandCallback | undefined): void {
    this.promise = new Promise(keepSettlers)
    this.resolvePromise = lastResolve
    this.rejectPromise = lastReject
    if (callback !== undefined) callBack(this.promise, callback)
  }

  protected settle(result: unknown): void {
    this.resolvePromise(result)
  }

  protected settleError(error: Error): void {
    this.rejectPromise(error)
  }

  /** What it may block and the call's own: a command that blocks for ever has no limit. */
  #blockingTimeout(): number {
    const { timeout, boundsBlocking } = this.policy
    const time = blockingTime(this.info.name, this.args)
    if (time === undefined || boundsBlocking) return timeout
    return time === 0 ? Number.POSITIVE_INFINITY : time + timeout
  }

  #prefixKeys(prefix: string): void {
    for (const i of this.info.findKeys(this.args)) this.args[i] = withPrefix(prefix, this.args[i]!)
  }
}

/** It changes nothing but what the caller's own connection watches. */
export function isWatch({ info: { name } }: Command): boolean {
  return name === 'watch' || name === 'unwatch'
}

/** One level of arrays is flattened, whatever the arguments are; then they are strings and buffers. */
function prepare(info: CommandInfo, given: unknown[], name: string): Argument[] {
  let args = given
  for (let i = 0; i < given.length; i++) {
    if (Array.isArray(given[i])) {
      args = given.flat()
      break
    }
  }
  if (info.transformArguments !== undefined && name === info.name) {
    args = [...info.transformArguments(args)]
  }
  for (let i = 0; i < args.length; i++) {
    if (typeof args[i] !== 'string') args[i] = argumentOf(args[i])
  }
  return args as Argument[]
}

/** As ioredis writes it: null and undefined are empty, large integers have no exponent. */
function argumentOf(value: unknown): Argument {
  if (value === null || value === undefined) return ''
  if (Buffer.isBuffer(value)) return value
  const isLargeInteger = Number.isInteger(value) && !Number.isSafeInteger(value)
  return isLargeInteger ? BigInt(value as number).toString() : String(value)
}

/** The error as if it were thrown where the command was called. */
function withStackOf(callSite: Error, error: Error): Error {
  const [, ...frames] = (callSite.stack ?? '').split('\n')
  const [head = ''] = (error.stack ?? '').split('\n    at ')
  error.stack = [head, ...frames].join('\n')
  return error
}

/** Of the promise made last: no closure and no context for each. */
let lastResolve: (reply: unknown) => void
let lastReject: (error: Error) => void
function keepSettlers(resolve: (reply: unknown) => void, reject: (error: Error) => void): void {
  lastResolve = resolve
  lastReject = reject
}

// Taken at load: fake timers in somebody's tests must not stop callbacks.
const { nextTick } = process

/** An error thrown by the callback is the program's own: it surfaces as an uncaught exception. */
function callBack(promise: Promise<unknown>, callback: CommandCallback): void {
  promise.then(
    (reply) => nextTick(callback, null, reply),
    (error) => nextTick(callback, error),
  )
}
