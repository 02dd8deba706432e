import type { ScheduledEvent } from '../core/event-heap.js'
import { ErrorReply, nullArray, type Reply } from '../resp/reply.js'
import type { ClientSession } from './client-session.js'
import { dataCommands } from './data-commands.js'
import type { NodeContext } from './node-context.js'

export interface BlockedClientsContext {
  readonly node: NodeContext
  /** What waited behind a suspended command. */
  proceed(session: ClientSession): void
}

interface Blocked {
  readonly session: ClientSession
  /** True when it was answered. */
  attempt(): boolean
  readonly timer: ScheduledEvent | undefined
}

const unblocked = new ErrorReply(
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
)

/** Clients that wait: for an element of a list, or for replicas to acknowledge. */
export class BlockedClients {
  readonly #executor: BlockedClientsContext
  readonly #blocked = new Set<Blocked>()

  constructor(executor: BlockedClientsContext) {
    this.#executor = executor
  }

  pop(session: ClientSession, name: string, args: readonly string[]): Reply | undefined {
    const keys = args.slice(1, -1)
    const seconds = Number(args.at(-1))
    const attempt = () => {
      for (const key of keys) {
        const item = this.#popOne(name === 'BLPOP' ? 'LPOP' : 'RPOP', key)
        if (item === undefined) continue
        session.lastWriteOffset = this.#executor.node.offset
        session.reply([key, item])
        return true
      }
      return false
    }
    const isInside = session.transaction !== undefined
    if (attempt()) return undefined
    if (isInside) return nullArray
    this.#block(session, attempt, seconds * 1000, () => nullArray)
    return undefined
  }

  wait(session: ClientSession, args: readonly string[]): Reply | undefined {
    const { node } = this.#executor
    if (node.link !== undefined) {
      const since = node.options.isValkey ? '' : ' since Redis 4.0'
      return new ErrorReply(
        `ERR WAIT cannot be used with replica instances. Please also note that${since} if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.`,
      )
    }
    const wanted = Number(args[1])
    const target = session.lastWriteOffset
    const count = () => node.source.acknowledged(target)
    if (count() >= wanted) return count()
    node.source.send({ kind: 'getAck' })
    const attempt = () => {
      if (count() < wanted) return false
      session.reply(count())
      return true
    }
    this.#block(session, attempt, Number(args[2]), count)
    return undefined
  }

  /** A write was executed. */
  serve(): void {
    this.#tryAll()
  }

  /** A replica has acknowledged, or is gone. */
  acknowledged(): void {
    if (this.#blocked.size > 0) this.#tryAll()
  }

  unblockAll(isSilent: boolean): void {
    for (const { session, timer } of [...this.#blocked]) {
      timer?.cancel()
      if (!isSilent) session.reply(unblocked)
      this.#executor.node.closeSession(session, isSilent)
    }
    this.#blocked.clear()
  }

  forget(session: ClientSession): void {
    for (const blocked of this.#blocked) {
      if (blocked.session !== session) continue
      blocked.timer?.cancel()
      this.#blocked.delete(blocked)
    }
  }

  clear(): void {
    for (const { timer } of this.#blocked) timer?.cancel()
    this.#blocked.clear()
  }

  #block(
    session: ClientSession,
    attempt: () => boolean,
    timeout: number,
    onTimeout: () => Reply,
  ): void {
    const { time } = this.#executor.node.surroundings
    const timer =
      timeout === 0
        ? undefined
        : time.after(timeout, () => {
            // A frozen server finds out later.
            if (this.#executor.node.surroundings.host.isFrozen) return
            this.#blocked.delete(blocked)
            session.reply(onTimeout())
            this.#executor.proceed(session)
          })
    const blocked: Blocked = { session, attempt, timer }
    this.#blocked.add(blocked)
    session.suspended = { kind: 'blocked', cancel: () => this.forget(session) }
  }

  #tryAll(): void {
    for (const blocked of [...this.#blocked]) {
      if (!this.#blocked.has(blocked) || !blocked.attempt()) continue
      blocked.timer?.cancel()
      this.#blocked.delete(blocked)
      this.#executor.proceed(blocked.session)
    }
  }

  #popOne(name: string, key: string): string | undefined {
    const { node } = this.#executor
    const value = node.keys.get(key)
    if (value?.type !== 'list' || node.pause.holdsWrites) return undefined
    const now = Math.floor(node.surroundings.time.now)
    const item = dataCommands.get(name)!.run([name, key], {
      keys: node.keys,
      now,
      changed: () => {},
    })
    node.propagate([[name, key]])
    return item as string
  }
}
