import { Command, type Redis } from 'ioredis'
import { sendDirectly } from '../connection/send-directly.js'
import type { Router, RouteTarget } from '../router.js'
import type { CallPolicy } from './call-policy.js'
import { type CommandEffect, effectOfCall } from './command-effect.js'
import type { GroupMember, MemberReplies } from './command-group.js'
import { type CommandInfo, infoOfCall } from './command-info.js'
import { callSiteOf, withStackOf } from './friendly-stack.js'
import { requestText } from './request-text.js'

/** Who holds a command that was handed to a connection, and hears that it failed there. */
export interface CommandCarrier {
  /** Commands handed over whose reply has not arrived, those that timed out included. */
  inFlight: number
  commandFailed(command: RoutedCommand, error: Error): void
}

/** Where a command goes that is not sent to the shard of its own keys. May throw a typed error. */
export type Destination = (router: Pick<Router<RouteTarget>, 'locate'>) => {
  send(command: RoutedCommand): void
}

export type CommandCallback = (error?: Error | null, reply?: unknown) => void

type ArgumentTransformer = (args: unknown[]) => unknown[]

/** The transformers that `Command.setArgumentTransformer` registers. */
const transformers = (
  Command as unknown as { _transformer: { argument: Record<string, ArgumentTransformer> } }
)._transformer

/**
 * An ioredis command that knows what may be done when it fails. ioredis calls `resolve` and `reject`
 * when the connection answers or is lost; `reject` leaves the verdict to the carrier, which settles
 * the command or sends it again. Its promise settles exactly once.
 *
 * The promise is made here (ioredis's `initPromise` is replaced): two closures a command fewer, and a
 * rejection that can be held back.
 */
export class RoutedCommand extends Command {
  readonly info: CommandInfo
  readonly policy: CallPolicy
  destination: Destination | undefined = undefined
  /** ms from the call to its answer or error; the policy's unless the command itself says more. */
  timeout: number
  /** When the call's time is over, in the clock of the client's runtime. */
  deadline = 0
  /** Order of issue within the shard. */
  sequence = 0
  /** Position among what was written to the connection; tells what left the process. */
  writeIndex = 0
  /** Where it waits, if it does, and the size that is counted there. */
  queue: { forget(command: RoutedCommand): void } | undefined = undefined
  queuedBytes = 0
  /** The connection it was handed to, until that one answers or fails it. */
  carrier: CommandCarrier | undefined = undefined
  /** The last refusal by a server, told if the deadline passes before a retry succeeds. */
  refusal: Error | undefined = undefined

  /** Routes the command when the masters are known, in place of the client's router. */
  declare detour?: (router: Router) => void
  /** The commands of a group that callers issued. */
  declare members?: readonly RoutedCommand[]
  /** What shards execute of it, if several do. */
  declare parts?: readonly RoutedCommand[]
  /** Made by the call, if its policy wants it. */
  declare callSite?: Error
  declare protected settleResolve: (reply: unknown) => void
  declare protected settleReject: (error: Error) => void

  constructor(
    info: CommandInfo,
    args: unknown[],
    policy: CallPolicy,
    replyEncoding: BufferEncoding | null,
    keyPrefix: string | undefined,
    callback: CommandCallback | undefined,
    name: string = info.name,
  ) {
    super(
      name,
      (keyPrefix ? args : none) as never,
      keyPrefix ? { replyEncoding, keyPrefix } : { replyEncoding },
      callback,
    )
    if (!keyPrefix) {
      this.args = flatten(args) as typeof this.args
      prepareArguments(this)
    }
    this.info = info.subcommands === undefined ? info : infoOfCall(info, this.args)
    this.policy = policy
    this.timeout = policy.timeout
    if (policy.showFriendlyErrorStack) this.callSite = callSiteOf(new.target)
  }

  /** What repeating this very call would mean. */
  get effect(): CommandEffect {
    return effectOfCall(this.info.name, this.info.effect, this.args)
  }

  /** Of the reply; null: buffers. */
  get encoding(): BufferEncoding | null {
    return (this as unknown as { replyEncoding: BufferEncoding | null }).replyEncoding
  }

  get isRead(): boolean {
    return this.info.effect === 'read'
  }

  /** It, or a part of it, was handed to a connection. */
  get mayBeExecuted(): boolean {
    if (this.carrier !== undefined) return true
    return this.parts?.some((part) => part.isSettled || part.mayBeExecuted) === true
  }

  /** @internal Puts the command on the wire. Groups and scripts write something else than themselves. */
  writeTo(redis: Redis): void {
    sendDirectly(redis, this)
  }

  override toWritable(socket: object): string | Buffer {
    if ((this as unknown as { bufferMode?: boolean }).bufferMode) return super.toWritable(socket)
    return requestText(this.name, this.args as string[])
  }

  /** As `resolve`, with a reply that is in the encoding of the call. */
  resolveDecoded(reply: unknown): void {
    // ioredis would look at each item once more.
    ;(this as unknown as { replyEncoding: BufferEncoding | null }).replyEncoding = null
    this.resolve(reply)
  }

  /** The server does not know the script of the command. True if it can be sent again with it. */
  reload(): boolean {
    const script = this.policy.scripts?.evalOf(this)
    if (script === undefined) return false
    const [name, args] = script
    this.name = name
    this.args = args
    return true
  }

  /** The command as a part of a group. */
  asMembers(): readonly GroupMember[] {
    // What is refused in a group is not sent again.
    const script = this.policy.scripts?.evalOf(this)
    return [script ?? [this.name, this.args as (string | Buffer)[]]]
  }

  /** What the replies to {@link asMembers} mean: its own reply, or the error that stands for it. */
  outcomeOf([reply]: MemberReplies): unknown | Error {
    return reply
  }

  /** Resolves the promise with a value that is the caller's already. */
  complete(result: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    this.isResolved = true
    this.settleResolve(result)
  }

  /** Settles the promise with a reply of the server that came another way. */
  answer(reply: unknown): void {
    const [error, result] = this.readReply(reply)
    if (error === null) this.complete(result)
    else this.fail(error)
  }

  /** What a reply of the server means to the caller: decoded and transformed, or why it cannot be. */
  readReply(reply: unknown): [error: null, result: unknown] | [error: Error] {
    this.setReplyContext({ protocol: 3, replyMapping: 'legacy' })
    try {
      return [null, this.transformReply(reply as Buffer)]
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
    const { callSite } = this
    this.settleReject(callSite === undefined ? error : withStackOf(callSite, error))
  }
}

/** It changes nothing but what the caller's own connection watches. */
export function isWatch({ info: { name } }: RoutedCommand): boolean {
  return name === 'watch' || name === 'unwatch'
}

function resolveCommand(this: RoutedCommand, reply: unknown): void {
  const { carrier } = this
  if (carrier !== undefined) {
    carrier.inFlight--
    this.carrier = undefined
  }
  if (this.isSettled) return
  this.isSettled = true
  this.isResolved = true
  const settle = this as unknown as Settle
  let result: unknown
  try {
    result = this.transformReply(reply as Buffer)
  } catch (error) {
    settle.settleReject(error as Error)
    return
  }
  settle.settleResolve(result)
}

function rejectCommand(this: RoutedCommand, error: Error): void {
  const { carrier } = this
  if (carrier === undefined) {
    this.fail(error)
    return
  }
  carrier.inFlight--
  this.carrier = undefined
  if (!this.isSettled) carrier.commandFailed(this, error)
}

interface Settle {
  settleResolve: (reply: unknown) => void
  settleReject: (error: Error) => void
}

/** Arguments that ioredis's constructor makes nothing of: it would copy every array. */
const none: unknown[] = Object.assign([], { flat: () => none })

/** ioredis flattens one level of the arguments, whatever they are. */
function flatten(args: unknown[]): unknown[] {
  for (let i = 0; i < args.length; i++) if (Array.isArray(args[i])) return args.flat()
  return args
}

function prepareArguments(command: RoutedCommand): void {
  const transform = transformers.argument[command.name]
  if (transform !== undefined) command.args = transform(command.args) as typeof command.args
  command.stringifyArguments()
}

/** Of the promise made last: no closure and no context for each. */
let lastResolve: (reply: unknown) => void
let lastReject: (error: Error) => void
function keepSettlers(resolve: (reply: unknown) => void, reject: (error: Error) => void): void {
  lastResolve = resolve
  lastReject = reject
}

/** What ioredis's own `initPromise` does, called by its constructor. */
function initPromise(this: RoutedCommand): void {
  const settle = this as unknown as Settle & { callback: CommandCallback | undefined }
  this.promise = new Promise(keepSettlers)
  settle.settleResolve = lastResolve
  settle.settleReject = lastReject
  if ((this.args as unknown[]) !== none) prepareArguments(this)
  const { callback } = settle
  if (callback !== undefined) callBack(this.promise, callback)
}

/** An error thrown by the callback is the program's own: it surfaces as an uncaught exception. */
function callBack(promise: Promise<unknown>, callback: CommandCallback): void {
  promise.then(
    (reply) => process.nextTick(callback, null, reply),
    (error) => process.nextTick(callback, error),
  )
}

for (const [name, value] of Object.entries({
  initPromise,
  resolve: resolveCommand,
  reject: rejectCommand,
})) {
  Object.defineProperty(RoutedCommand.prototype, name, {
    value,
    writable: true,
    configurable: true,
  })
}
