import type { HashRing } from '@disredis/hash-ring'
import { blockingTime } from '../catalog/blocking-time.js'
import { anyReply } from '../catalog/join.js'
import type { Route } from '../catalog/route.js'
import { type Command, isWatch } from '../commands/command.js'
import { Gathering } from './gathering.js'
import { KeyLocator } from './key-locator.js'
import { partsByKey, partsForAll } from './parts.js'
import type { BlockingTargets, ReadTargets, RouteTarget } from './route-target.js'
import { notRoutableError } from './routing-errors.js'
import { continuesScan } from './scan-cursor.js'
import { Scans, type ScanTarget } from './scans.js'

export interface RouterOptions<Target extends RouteTarget> {
  readonly ring: HashRing
  /** In the order of the ring's names. */
  readonly targets: readonly Target[]
  readonly blocking: BlockingTargets
  /** Called once, when calls may ask for other nodes than the masters. */
  readonly makeReaders?: (() => ReadTargets) | undefined
}

/** Sends each command where its route says. The set of shards never changes. */
export class Router<Target extends RouteTarget = RouteTarget> {
  readonly ring: HashRing
  readonly #targets: readonly Target[]
  readonly #keys: KeyLocator<Target>
  readonly #blocking: BlockingTargets
  readonly #makeReaders: (() => ReadTargets) | undefined
  readonly #scans = new Scans()
  #readers: ReadTargets | undefined

  constructor({ ring, targets, blocking, makeReaders }: RouterOptions<Target>) {
    this.ring = ring
    this.#targets = targets
    this.#blocking = blocking
    this.#makeReaders = makeReaders
    this.#keys = new KeyLocator(ring, targets)
  }

  /** Takes the command over. It fails with a typed error if there is no right way for it. */
  route(command: Command): void {
    const { keyIndex } = command.info
    if (keyIndex >= 0 && keyIndex < command.args.length) {
      const index = this.ring.indexOf(command.args[keyIndex]!)
      if (this.#readers === undefined) this.#targets[index]!.send(command)
      else this.#target(command, index).send(command)
      return
    }
    this.#routeByTable(command)
  }

  /** From now on calls may ask for other nodes than the masters. */
  useReplicas(): void {
    this.#readers ??= this.#makeReaders?.()
  }

  /** Sends the command to that shard, whatever its keys. It fails if it would harm other callers. */
  routeTo(shard: Target, command: Command): void {
    const refused = isRefused(command)
      ? command
      : command.members?.find((it) => isRefused(it) || continuesScan(it))
    if (refused !== undefined) command.fail(notRoutableError(refused))
    else if (command.info.cursorIndex >= 0) this.#scans.send(command, [shard])
    else if (blocks(command)) this.#blocking.send(command, shard.name)
    else {
      this.noteWrites(command)
      command.policy.scripts?.note(command)
      shard.send(command)
    }
  }

  /**
   * As {@link routeTo}, by the connection on which a caller watches keys of that shard. It fails too if
   * a key lives elsewhere.
   */
  routeWatched(shard: Target, command: Command, session: ScanTarget): void {
    const commands = command.members ?? [command]
    const refused =
      commands.find((it) => isRefused(it) && !isWatch(it)) ?? command.members?.find(continuesScan)
    if (refused !== undefined) {
      command.fail(notRoutableError(refused))
      return
    }
    try {
      this.#keys.check(commands, shard, command.info.name)
    } catch (error) {
      command.fail(error as Error)
      return
    }
    if (command.info.cursorIndex >= 0) {
      this.#scans.send(command, [session])
      return
    }
    this.noteWrites(command)
    session.send(command)
  }

  /** The one shard that the keys of these commands live on: see {@link KeyLocator.locate}. */
  locate(commands: readonly Command[], what: string): Target {
    return this.#keys.locate(commands, what)
  }

  /** What the caller writes it reads from the master for a while. */
  noteWrites(command: Command): void {
    if (this.#readers === undefined) return
    for (const write of command.members ?? [command]) {
      if (write.isRead || write.info.route.to === 'channel') continue
      const slots = this.#keys.slotsOf(write)
      // FLUSHALL, and a script that names no keys, may have written anything.
      if (slots.length > 0) this.#readers.noteSlots(slots)
      else this.#readers.noteAll()
    }
  }

  /** What has no key can only be for that one. */
  get #isOne(): boolean {
    return this.#targets.length === 1
  }

  /** Who takes a command for the shard at `index` of the ring's names. */
  #target(command: Command, index: number): Pick<RouteTarget, 'send'> {
    if (this.#readers === undefined) return this.#targets[index]!
    this.noteWrites(command)
    return this.#readers.targets[index]!
  }

  #routeByTable(command: Command): void {
    if (command.members !== undefined) {
      this.#routeTogether(command, command.members)
      return
    }
    const { route } = command.info
    switch (route.to) {
      case 'keys':
        this.#routeByKeys(command)
        return
      case 'split':
        this.#split(command, route)
        return
      case 'cursor':
        this.#scans.send(command, this.#targets)
        return
      case 'all':
        command.policy.scripts?.note(command)
        this.noteWrites(command)
        new Gathering(
          command,
          partsForAll(command, this.#targets),
          route.join,
          route.oneSuffices,
        ).send()
        return
      case 'shard':
        if (this.#isOne) this.#targets[0]!.send(command)
        else command.fail(notRoutableError(command))
        return
      default:
        command.fail(notRoutableError(command))
    }
  }

  #routeByKeys(command: Command): void {
    let shard: Target
    try {
      shard = this.locate([command], command.info.name)
    } catch (error) {
      command.fail(error as Error)
      return
    }
    if (command.info.cursorIndex >= 0) this.#scans.send(command, [shard])
    else if (blocks(command)) this.#blocking.send(command, shard.name)
    else this.#target(command, this.#targets.indexOf(shard)).send(command)
  }

  /** To the one shard of all commands of a transaction. */
  #routeTogether(command: Command, members: readonly Command[]): void {
    const refused = members.find(
      (it) => isRefused(it) || (!this.#isOne && isOfAllShards(it)) || continuesScan(it),
    )
    if (refused !== undefined) {
      command.fail(notRoutableError(refused))
      return
    }
    let target: Target
    try {
      target = this.locate(members, 'the transaction')
    } catch (error) {
      command.fail(error as Error)
      return
    }
    this.noteWrites(command)
    target.send(command)
  }

  #split(command: Command, { step, join }: Extract<Route, { to: 'split' }>): void {
    const { length } = command.args
    if (length === step) {
      this.#target(command, this.ring.indexOf(command.args[0]!)).send(command)
      return
    }
    if (length === 0) {
      if (this.#isOne) this.#targets[0]!.send(command)
      else command.fail(notRoutableError(command))
      return
    }
    this.noteWrites(command)
    const parts = partsByKey(command, step, this.ring, this.#readers?.targets ?? this.#targets)
    // A key without its value: the server refuses the whole command.
    const isWhole = parts.length === 1 || length % step !== 0
    if (isWhole) parts[0]!.shard.send(command)
    else new Gathering(command, parts, join).send()
  }
}

/** It would change a connection that other callers share. */
function isRefused({ info: { route } }: Command): boolean {
  return route.to === 'none' || route.to === 'client'
}

/** On one shard it would not do, or not tell, all that it says. */
function isOfAllShards({ info: { route }, isRead }: Command): boolean {
  if (route.to === 'all') return !(isRead && route.join === anyReply)
  return route.to === 'cursor'
}

/** False for XREAD and XREADGROUP without BLOCK, which ask and return. */
function blocks({ info, args }: Command): boolean {
  return info.isBlocking && blockingTime(info.name, args) !== undefined
}
