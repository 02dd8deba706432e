import { ErrorReply, nullArray, ok, queued, type Reply } from '../resp/reply.js'
import { BlockedClients, type BlockedClientsContext } from './blocked-clients.js'
import type { ClientSession } from './client-session.js'
import { connectionCommands } from './connection-commands.js'
import { CommandError, type DataCommand } from './data-command.js'
import { dataCommands, replicatedForm } from './data-commands.js'
import { PubSub } from './pubsub.js'
import { type RefusalFacts, refusalOf } from './refusals.js'
import { type ScriptBody, sha1 } from './scripts.js'
import type { ServerCommandContext } from './server-command.js'
import { serverCommands } from './server-commands.js'

export interface ExecutorContext extends ServerCommandContext {
  /** A client sends a write over a connection on which it was not told `master` to ROLE. */
  unaskedWrite(session: ClientSession, command: string): void
}

/** Takes the commands of clients: refuses, postpones, queues or runs them, in the server's order. */
export class CommandExecutor implements BlockedClientsContext {
  readonly node: ExecutorContext
  readonly pubsub: PubSub
  readonly blocking: BlockedClients
  readonly scripts = new Map<string, ScriptBody>()
  /** Sources that this world can run, for want of Lua. */
  knownScripts: ReadonlyMap<string, ScriptBody> = new Map()
  #postponed: (() => void)[] = []

  constructor(node: ExecutorContext) {
    this.node = node
    this.pubsub = new PubSub(() => node.sessions)
    this.blocking = new BlockedClients(this)
  }

  /** A request has come. */
  take(session: ClientSession, args: string[]): void {
    if (session.isClosed) return
    if (session.suspended !== undefined) session.waiting.push(args)
    else this.#dispatch(session, args)
  }

  forget(session: ClientSession): void {
    this.blocking.forget(session)
  }

  stopped(): void {
    this.#postponed = []
    this.blocking.clear()
  }

  /** A pause has begun to hold something: `resume` is called when it ends. */
  whenUnpaused(resume: () => void): void {
    this.#postponed.push(resume)
  }

  resumePostponed(): void {
    const postponed = this.#postponed
    this.#postponed = []
    for (const resume of postponed) resume()
  }

  roleChanged(): void {
    this.blocking.acknowledged()
  }

  /** Blocked clients of a master that became a replica are told, or only cut off. */
  demoted(isSilent: boolean): void {
    this.blocking.unblockAll(isSilent)
  }

  /** What waited behind a suspended command. */
  proceed(session: ClientSession): void {
    session.suspended = undefined
    const waiting = session.waiting
    session.waiting = []
    session.gather(() => {
      for (const args of waiting) this.take(session, args)
    })
  }

  #dispatch(session: ClientSession, args: string[]): void {
    const { node } = this
    const name = args[0]!.toUpperCase()
    const data = dataCommands.get(name)
    const facts = factsOf(name, data)
    const refusal = this.#unknown(name, args, data) ?? refusalOf(node, session, facts)
    if (facts.isWrite && !session.wasToldMaster) {
      node.unaskedWrite(session, name)
    }
    if (refusal !== undefined) {
      if (session.transaction !== undefined && name !== 'EXEC') session.isDoomed = true
      if (name === 'EXEC' && session.transaction !== undefined) endTransaction(session)
      session.reply(refusal)
      return
    }
    const isHeld = node.pause.holdsAll || (node.pause.holdsWrites && this.#mayWrite(session, facts))
    if (isHeld && name !== 'CLIENT' && name !== 'FAILOVER') {
      this.#postpone(session, args)
      return
    }
    const isControl = ['EXEC', 'DISCARD', 'MULTI', 'WATCH', 'QUIT', 'RESET'].includes(name)
    if (session.transaction !== undefined && !isControl) {
      session.transaction.push([name, ...args.slice(1)])
      session.reply(queued)
      return
    }
    const reply = this.#run(session, name, args, data)
    if (reply !== undefined) session.reply(reply)
    if (facts.isWrite || name === 'EXEC') this.blocking.serve()
  }

  /** Undefined: it answers later, or has answered. */
  #run(
    session: ClientSession,
    name: string,
    args: readonly string[],
    data: DataCommand | undefined,
  ): Reply | undefined {
    if (data !== undefined) return this.#runData(session, data, name, args)
    if (this.pubsub.execute(session, [name, ...args.slice(1)])) return undefined
    switch (name) {
      case 'MULTI':
        if (session.transaction !== undefined) {
          return new ErrorReply('ERR MULTI calls can not be nested')
        }
        session.transaction = []
        return ok
      case 'DISCARD':
        if (session.transaction === undefined) return new ErrorReply('ERR DISCARD without MULTI')
        endTransaction(session)
        return ok
      case 'WATCH':
        if (session.transaction !== undefined) {
          return new ErrorReply('ERR WATCH inside MULTI is not allowed')
        }
        for (const key of args.slice(1)) {
          if (!session.watched.has(key)) session.watched.set(key, this.node.keys.versionOf(key))
        }
        return ok
      case 'UNWATCH':
        session.watched.clear()
        return ok
      case 'EXEC':
        return this.#execute(session)
      case 'EVAL':
      case 'EVALSHA':
        return this.#evaluate(session, name, args)
      case 'BLPOP':
      case 'BRPOP':
        return this.blocking.pop(session, name, args)
      case 'WAIT':
        return this.blocking.wait(session, args)
      default: {
        const command = connectionCommands[name] ?? serverCommands[name]
        return command!.run(args, session, this.node)
      }
    }
  }

  #runData(
    session: ClientSession,
    data: DataCommand,
    name: string,
    args: readonly string[],
  ): Reply {
    const { node } = this
    const now = Math.floor(node.surroundings.time.now)
    let isChanged = false
    const context = { keys: node.keys, now, changed: () => (isChanged = true) }
    let reply: Reply
    try {
      reply = data.run(args, context)
    } catch (error) {
      if (error instanceof CommandError) return error.reply
      throw error
    }
    if (isChanged) {
      node.propagate([replicatedForm([name, ...args.slice(1)], now)])
      session.lastWriteOffset = node.offset
    }
    return reply
  }

  #execute(session: ClientSession): Reply {
    const { transaction, isDoomed } = session
    if (transaction === undefined) return new ErrorReply('ERR EXEC without MULTI')
    const watched = [...session.watched]
    endTransaction(session)
    if (isDoomed) {
      return new ErrorReply('EXECABORT Transaction discarded because of previous errors.')
    }
    const writes = transaction.some(([name]) => dataCommands.get(name!)?.isWrite === true)
    const facts: RefusalFacts = {
      isWrite: writes,
      needsData: transaction.length > 0,
      isControl: false,
    }
    const refusal = refusalOf(this.node, session, facts)
    if (refusal !== undefined) {
      return new ErrorReply(`EXECABORT Transaction discarded because of: ${refusal.message}`)
    }
    if (watched.some(([key, version]) => this.node.keys.versionOf(key) !== version))
      return nullArray
    return this.#together(session, (call) => transaction.map((args) => call(args)))
  }

  #evaluate(session: ClientSession, name: string, args: readonly string[]): Reply {
    const body = this.#script(name, args[1]!)
    if (body === undefined) {
      const advice = this.node.options.isValkey ? '' : ' Please use EVAL.'
      return new ErrorReply(`NOSCRIPT No matching script.${advice}`)
    }
    const count = Number(args[2])
    const keys = args.slice(3, 3 + count)
    const rest = args.slice(3 + count)
    return this.#together(session, (call) => body((...command) => call(command), keys, rest))
  }

  #script(name: string, source: string): ScriptBody | undefined {
    if (name === 'EVALSHA') return this.scripts.get(source.toLowerCase())
    const body = this.knownScripts.get(source)
    if (body !== undefined) this.scripts.set(sha1(source), body)
    return body
  }

  /** Several commands as one write. */
  #together(
    session: ClientSession,
    work: (call: (args: readonly string[]) => Reply) => Reply,
  ): Reply {
    const { node } = this
    const now = Math.floor(node.surroundings.time.now)
    const effects: (readonly string[])[] = []
    const reply = work((args) => {
      const name = args[0]!.toUpperCase()
      const data = dataCommands.get(name)
      if (data === undefined) {
        return this.#run(session, name, args, undefined) ?? ok
      }
      let isChanged = false
      try {
        const it = data.run(args, { keys: node.keys, now, changed: () => (isChanged = true) })
        if (isChanged) effects.push(replicatedForm([name, ...args.slice(1)], now))
        return it
      } catch (error) {
        if (error instanceof CommandError) return error.reply
        throw error
      }
    })
    if (effects.length > 0) {
      node.propagate(effects)
      session.lastWriteOffset = node.offset
    }
    return reply
  }

  #unknown(
    name: string,
    args: readonly string[],
    data: DataCommand | undefined,
  ): ErrorReply | undefined {
    const arity = data?.arity ?? connectionCommands[name]?.arity ?? serverCommands[name]?.arity
    const special = specialArity[name]
    const expected = arity ?? special
    if (expected === undefined) {
      const given = args.slice(1).map((arg) => `'${arg.slice(0, 128)}' `)
      return new ErrorReply(
        `ERR unknown command '${args[0]}', with args beginning with: ${given.join('')}`,
      )
    }
    const isWrong = expected >= 0 ? args.length !== expected : args.length < -expected
    if (!isWrong) return undefined
    return new ErrorReply(`ERR wrong number of arguments for '${args[0]!.toLowerCase()}' command`)
  }

  #mayWrite(session: ClientSession, facts: RefusalFacts): boolean {
    if (facts.isWrite || facts.mayReplicate === true) return true
    return facts.isExec === true && hasWrite(session)
  }

  #postpone(session: ClientSession, args: string[]): void {
    let isCancelled = false
    session.suspended = {
      kind: 'postponed',
      cancel: () => {
        isCancelled = true
      },
    }
    this.whenUnpaused(() => {
      if (isCancelled || session.isClosed) return
      session.suspended = undefined
      // Checked afresh: the node may be a replica by now.
      session.gather(() => this.take(session, args))
      if (session.suspended === undefined) this.proceed(session)
    })
  }
}

/** Of what is no plain data command. */
const specialArity: Readonly<Record<string, number>> = {
  MULTI: 1,
  EXEC: 1,
  DISCARD: 1,
  WATCH: -2,
  UNWATCH: 1,
  EVAL: -3,
  EVALSHA: -3,
  BLPOP: -3,
  BRPOP: -3,
  WAIT: 3,
  SUBSCRIBE: -2,
  PSUBSCRIBE: -2,
  SSUBSCRIBE: -2,
  UNSUBSCRIBE: -1,
  PUNSUBSCRIBE: -1,
  SUNSUBSCRIBE: -1,
}

const neutral: RefusalFacts = { isWrite: false, needsData: false, isControl: true }

function factsOf(name: string, data: DataCommand | undefined): RefusalFacts {
  if (data !== undefined) return { isWrite: data.isWrite, needsData: true, isControl: false }
  switch (name) {
    case 'EVAL':
    case 'EVALSHA':
      // Whether a script writes shows when it does: here all do.
      return { isWrite: true, needsData: true, isControl: false }
    case 'BLPOP':
    case 'BRPOP':
      return { isWrite: true, needsData: true, isControl: false }
    case 'WAIT':
    case 'PING':
      return { isWrite: false, needsData: true, isControl: false, isPing: name === 'PING' }
    case 'PUBLISH':
    case 'SPUBLISH':
      return { ...neutral, mayReplicate: true }
    case 'EXEC':
      return { ...neutral, isExec: true }
    default:
      return neutral
  }
}

function hasWrite({ transaction }: ClientSession): boolean {
  return transaction?.some(([name]) => dataCommands.get(name!)?.isWrite === true) === true
}

function endTransaction(session: ClientSession): void {
  session.transaction = undefined
  session.isDoomed = false
  session.watched.clear()
}
