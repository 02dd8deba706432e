import type { HashRing } from '@disredis/hash-ring'
import { allowToBlock, type BlockingLanes, blocks } from './blocking-lanes.js'
import { type Destination, isWatch, type RoutedCommand } from './commands/routed-command.js'
import type { ReplicaReads } from './replicas/replica-reads.js'
import { Gathering } from './routing/gathering.js'
import { anyReply } from './routing/join.js'
import { KeyLocator } from './routing/key-locator.js'
import { partsByKey, partsForAll } from './routing/parts.js'
import type { Route } from './routing/route.js'
import { notRoutableError } from './routing/routing-errors.js'
import { continuesScan } from './routing/scan-cursor.js'
import { Scans, type ScanTarget } from './routing/scans.js'
import type { Shard } from './shard/shard.js'

/** Takes commands for one shard over. */
export type RouteTarget = Pick<Shard, 'name' | 'send' | 'resend' | 'generation'>

/** Sends each command where its route says. The set of shards never changes. */
export class Router<Target extends RouteTarget = Shard> {
  readonly ring: HashRing
  /** In the order of the ring's names. */
  readonly shards: readonly Target[]

  readonly #keys: KeyLocator<Target>
  readonly #lanes: Pick<BlockingLanes, 'send'>
  readonly #scans = new Scans()
  #readers: ReplicaReads | undefined

  constructor(ring: HashRing, shard: (name: string) => Target, lanes: Pick<BlockingLanes, 'send'>) {
    this.ring = ring
    this.#lanes = lanes
    this.shards = ring.names.map(shard)
    this.#keys = new KeyLocator(ring, this.shards)
  }

  shard(name: string): Target | undefined {
    return this.shards[this.ring.names.indexOf(name)]
  }

  /** Takes the command over. It fails with a typed error if there is no right way for it. */
  route(command: RoutedCommand): void {
    const { keyIndex } = command.info
    if (keyIndex >= 0 && keyIndex < command.args.length) {
      this.#target(command, this.ring.indexOf(command.args[keyIndex] as string | Buffer)).send(
        command,
      )
      return
    }
    this.#routeByTable(command)
  }

  /** From now on calls may ask for other nodes than the master. */
  useReplicas(makeReaders: () => ReplicaReads): void {
    this.#readers ??= makeReaders()
  }

  /** Sentinel may name other replicas. */
  topologyChanged(): void {
    this.#readers?.topologyChanged()
  }

  /** Resolves when no read by another node than the master is pending. */
  async drained(): Promise<void> {
    await this.#readers?.drained()
  }

  close(): void {
    this.#readers?.close()
  }

  /** Sends the command to that shard, whatever its keys. It fails if it would harm other callers. */
  routeTo(shard: Target, command: RoutedCommand): void {
    const refused = isRefused(command)
      ? command
      : command.members?.find((it) => isRefused(it) || continuesScan(it))
    if (refused !== undefined) command.fail(notRoutableError(refused))
    else if (command.info.cursorIndex >= 0) this.#scans.send(command, [shard])
    else if (blocks(command)) this.#lanes.send(command, shard.name)
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
  routeWatched(shard: Target, command: RoutedCommand, session: ScanTarget): void {
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
    if (blocks(command)) allowToBlock(command)
    this.noteWrites(command)
    session.send(command)
  }

  /** The one shard that the keys of these commands live on: see {@link KeyLocator.locate}. */
  locate(commands: readonly RoutedCommand[], what: string): Target {
    return this.#keys.locate(commands, what)
  }

  /** What the caller writes it reads from the master for a while. */
  noteWrites(command: RoutedCommand): void {
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
    return this.shards.length === 1
  }

  /** Who takes a command for the shard at `index` of the ring's names. */
  #target(command: RoutedCommand, index: number): Pick<Target, 'send'> {
    if (this.#readers === undefined) return this.shards[index]!
    this.noteWrites(command)
    return this.#readers.targets[index]!
  }

  #routeByTable(command: RoutedCommand): void {
    if (command.destination !== undefined) {
      this.#sendTo(command, command.destination)
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
        this.#scans.send(command, this.shards)
        return
      case 'all':
        command.policy.scripts?.note(command)
        this.noteWrites(command)
        new Gathering(
          command,
          partsForAll(command, this.shards),
          route.join,
          route.oneSuffices,
        ).send()
        return
      case 'shard':
        if (this.#isOne) this.shards[0]!.send(command)
        else command.fail(notRoutableError(command))
        return
      default:
        command.fail(notRoutableError(command))
    }
  }

  #routeByKeys(command: RoutedCommand): void {
    let shard: Target
    try {
      shard = this.locate([command], command.info.name)
    } catch (error) {
      command.fail(error as Error)
      return
    }
    if (command.info.cursorIndex >= 0) this.#scans.send(command, [shard])
    else if (blocks(command)) this.#lanes.send(command, shard.name)
    else this.#target(command, this.shards.indexOf(shard)).send(command)
  }

  #sendTo(command: RoutedCommand, destination: Destination): void {
    const refused = command.members?.find(
      (it) => isRefused(it) || (!this.#isOne && isOfAllShards(it)) || continuesScan(it),
    )
    if (refused !== undefined) {
      command.fail(notRoutableError(refused))
      return
    }
    let target: ReturnType<Destination>
    try {
      target = destination(this)
    } catch (error) {
      command.fail(error as Error)
      return
    }
    this.noteWrites(command)
    target.send(command)
  }

  #split(command: RoutedCommand, { step, join }: Extract<Route, { to: 'split' }>): void {
    const { length } = command.args
    if (length === step) {
      this.#target(command, this.ring.indexOf(command.args[0] as string | Buffer)).send(command)
      return
    }
    if (length === 0) {
      if (this.#isOne) this.shards[0]!.send(command)
      else command.fail(notRoutableError(command))
      return
    }
    this.noteWrites(command)
    const parts = partsByKey(command, step, this.ring, this.#readers?.targets ?? this.shards)
    // A key without its value: the server refuses the whole command.
    const isWhole = parts.length === 1 || length % step !== 0
    if (isWhole) parts[0]!.shard.send(command)
    else new Gathering(command, parts, join).send()
  }
}

/** It would change a connection that other callers share. */
function isRefused({ info: { route } }: RoutedCommand): boolean {
  return route.to === 'none' || route.to === 'client'
}

/** On one shard it would not do, or not tell, all that it says. */
function isOfAllShards({ info: { route }, isRead }: RoutedCommand): boolean {
  if (route.to === 'all') return !(isRead && route.join === anyReply)
  return route.to === 'cursor'
}
