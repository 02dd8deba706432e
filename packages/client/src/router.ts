import { type HashRing, hashTag } from '@disredis/hash-ring'
import { type BlockingLanes, blocks } from './blocking-lanes.js'
import type { Destination, RoutedCommand } from './commands/routed-command.js'
import { NotRoutableError } from './errors.js'
import type { ReplicaReads } from './replicas/replica-reads.js'
import { externalPatterns } from './routing/external-patterns.js'
import { Gathering } from './routing/gathering.js'
import { anyReply } from './routing/join.js'
import { partsByKey, partsForAll } from './routing/parts.js'
import type { Route } from './routing/route.js'
import { crossShardError, foreignPatternError, notRoutableError } from './routing/routing-errors.js'
import { scan } from './routing/scan.js'
import type { Shard } from './shard/shard.js'

/** Sends each command where its route says. The set of shards never changes. */
export class Router {
  readonly ring: HashRing
  /** In the order of the ring's names. */
  readonly shards: readonly Shard[]

  readonly #lanes: BlockingLanes
  #readers: ReplicaReads | undefined

  constructor(ring: HashRing, shard: (name: string) => Shard, lanes: BlockingLanes) {
    this.ring = ring
    this.#lanes = lanes
    this.shards = ring.names.map(shard)
  }

  shard(name: string): Shard | undefined {
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

  close(): void {
    this.#readers?.close()
  }

  /** Sends the command to that shard, whatever its keys. It fails if it would harm other callers. */
  routeTo(shard: Shard, command: RoutedCommand): void {
    const refused = isRefused(command) ? command : command.members?.find(isRefused)
    if (refused !== undefined) command.fail(notRoutableError(refused))
    else if (blocks(command)) this.#lanes.send(command, shard.name)
    else {
      this.#noteWrites(command)
      shard.send(command)
    }
  }

  /**
   * The one shard that the keys of these commands live on.
   *
   * @param what names the commands in an error: `sinter`, `the transaction`
   * @throws CrossShardError, NotRoutableError
   */
  locate(commands: readonly RoutedCommand[], what: string): Shard {
    let shard: Shard | undefined
    let isOne = true
    for (const command of commands) {
      for (const key of keysOf(command)) {
        const its = this.#shardOf(key)
        shard ??= its
        isOne &&= its === shard
      }
    }
    if (shard === undefined) {
      throw commands.length === 1
        ? notRoutableError(commands[0]!)
        : new NotRoutableError(
            `No key of ${what} says which shard it is for. Say it with shard(name).`,
          )
    }
    if (!isOne) {
      const keys = commands.flatMap(keysOf)
      throw crossShardError(
        what,
        keys.map((key) => this.#shardOf(key).name),
      )
    }
    for (const command of commands) this.#checkPatterns(command, shard)
    return shard
  }

  /** Who takes a command for the shard at `index` of the ring's names. */
  #target(command: RoutedCommand, index: number): Pick<Shard, 'send'> {
    if (this.#readers === undefined) return this.shards[index]!
    this.#noteWrites(command)
    return this.#readers.targets[index]!
  }

  /** What the caller writes it reads from the master for a while. */
  #noteWrites(command: RoutedCommand): void {
    if (this.#readers === undefined) return
    for (const write of command.members ?? [command]) {
      if (write.isRead) continue
      this.#readers.noteSlots(
        write,
        keysOf(write).map((key) => this.ring.slotOf(key)),
      )
    }
  }

  #shardOf(key: string | Buffer): Shard {
    return this.shards[this.ring.indexOf(key)]!
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
        scan(command, this.shards)
        return
      case 'all':
        new Gathering(
          command,
          partsForAll(command, this.shards),
          route.join,
          route.oneSuffices,
        ).send()
        return
      default:
        command.fail(notRoutableError(command))
    }
  }

  #routeByKeys(command: RoutedCommand): void {
    let shard: Shard
    try {
      shard = this.locate([command], command.info.name)
    } catch (error) {
      command.fail(error as Error)
      return
    }
    if (blocks(command)) this.#lanes.send(command, shard.name)
    else this.#target(command, this.shards.indexOf(shard)).send(command)
  }

  #sendTo(command: RoutedCommand, destination: Destination): void {
    const refused = command.members?.find((member) => isRefused(member) || isOfAllShards(member))
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
    this.#noteWrites(command)
    target.send(command)
  }

  #split(command: RoutedCommand, { step, join }: Extract<Route, { to: 'split' }>): void {
    const { length } = command.args
    if (length === step) {
      this.#target(command, this.ring.indexOf(command.args[0] as string | Buffer)).send(command)
      return
    }
    if (length === 0) {
      command.fail(notRoutableError(command))
      return
    }
    this.#noteWrites(command)
    const parts = partsByKey(command, step, this.ring, this.#readers?.targets ?? this.shards)
    // A key without its value: the server refuses the whole command.
    const isWhole = parts.length === 1 || length % step !== 0
    if (isWhole) parts[0]!.shard.send(command)
    else new Gathering(command, parts, join).send()
  }

  #checkPatterns(command: RoutedCommand, shard: Shard): void {
    if (!command.info.readsPatterns || this.shards.length === 1) return
    for (const pattern of externalPatterns(command.args)) {
      const tag = hashTag(pattern).toString()
      if (tag.includes('*') || this.#shardOf(pattern) !== shard) {
        throw foreignPatternError(command.info, shard.name)
      }
    }
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

/** As they stand in the arguments: with their prefix. */
function keysOf({ info, args }: RoutedCommand): (string | Buffer)[] {
  return info.findKeys(args).map((i) => args[i] as string | Buffer)
}
