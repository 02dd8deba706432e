import { type Address, formatAddress, type Request, type Runtime } from '@disredis/connection'
import type { ShardConnection } from '../connection/shard-connection.js'
import type { PlacementMismatchError, PlacementReport } from '../errors.js'
import type { Placement } from './placement.js'
import { placements } from './placement-channel.js'
import type { PlacementHealth } from './placement-health.js'
import { mismatchError } from './placement-mismatch.js'
import { comparePlacement, type PlacementReading } from './placement-reading.js'
import { isThere, newRecord, readRecord, readRequest, writeRequest } from './placement-record.js'

export interface PlacementGuardContext {
  readonly placement: Placement
  /** `warn` tells a mismatch and goes on. */
  readonly mode: 'enforce' | 'warn'
  readonly runtime: Runtime
  /** ms for one answer of a node. */
  readonly timeout: number
  /** Where the Sentinels say that the master of a shard is. */
  readonly masterAddress: (shard: string) => Address | undefined
  /** A mismatch in the mode `warn`; each is told once. */
  readonly onWarning: (error: PlacementMismatchError) => void
  /** It came out only now that these must not serve. */
  readonly onRefused: (shards: readonly string[]) => void
}

/** A connection whose handshake asked for the record: {@link PlacementGuard.request}. */
export interface GuardedConnection extends ShardConnection {
  /** The answer, or the error in place of one. */
  readonly extraReply: unknown
}

/**
 * Lets no shard serve whose master belongs to another placement than the client's, and writes the record
 * where there is none.
 *
 * Invariants:
 * - a shard whose master has another record does not serve;
 * - at the start nobody serves before a majority of the masters has the record (or does not tell), or else
 *   each has answered or proved out of reach: a master without a record may be one that does not belong;
 * - while any master has another record, only those serve that have this one, if they are the majority;
 * - a record that is there is never written over, but for a copy of another shard's;
 * - no doubt is settled in favour of refusing: what cannot be asked is `unverified`, and serves.
 */
export class PlacementGuard {
  /** Goes into the handshake. */
  readonly request: Request
  readonly #context: PlacementGuardContext
  readonly #shards: readonly string[]
  readonly #readings = new Map<string, PlacementReading>()
  readonly #connections = new Map<string, ShardConnection>()
  readonly #waiting = new Set<() => void>()
  readonly #told = new Set<string>()
  #isHeard = false
  #isOpen = false
  #isClosed = false
  /** One at a time, so that of two clients which start together one is first everywhere. */
  #writing: Promise<void> = Promise.resolve()

  constructor(context: PlacementGuardContext) {
    this.#context = context
    this.#shards = Object.keys(context.placement.weights)
    this.request = readRequest(context.placement.ring)
  }

  /** What the master of a shard said in the handshake. */
  hear(shard: string, connection: GuardedConnection): void {
    this.#connections.set(shard, connection)
    this.#note(shard, this.#judge(shard, connection, connection.extraReply))
  }

  /** Its master could not be reached. */
  missed(shard: string): void {
    if (!this.#readings.has(shard)) this.#note(shard, { state: 'unknown' })
  }

  /**
   * Resolves when the shard may serve on that connection, which was heard. Rejects with
   * {@link PlacementMismatchError}, or with the loss of the connection.
   */
  async admit(shard: string, connection: ShardConnection): Promise<void> {
    if (this.#readings.get(shard)?.state === 'unknown') await this.#ask(shard, connection)
    await this.#heard()
    await this.#settle(shard)
    this.#check(shard)
  }

  /** Lets go of all who wait; nothing is written any more. */
  close(): void {
    this.#isClosed = true
    this.#isHeard = true
    this.#open()
  }

  /** Of a further connection to the shard's master: the same, but nothing is written. */
  async admitFurther(shard: string, connection: GuardedConnection): Promise<void> {
    await this.#heard()
    const reading = this.#judge(shard, connection, connection.extraReply)
    if (reading.state === 'differs') this.#note(shard, reading)
    this.#check(shard)
  }

  /** Where the record is missing it is written, as far as that can be. For connections that serve already. */
  async repair(): Promise<void> {
    for (const shard of this.#shards) await this.#settle(shard)
  }

  health(): PlacementHealth {
    const { ring, fingerprint, epoch } = this.#context.placement
    const readings = this.#shards.map((shard) => ({ shard, ...this.#readingOf(shard) }))
    const common = { ring, fingerprint, epoch }
    const error = this.#mismatch()
    if (error !== undefined) return { ...common, state: 'mismatch', reason: error.message }
    const missing = readings.find(({ state }) => state !== 'same')
    if (missing === undefined) return { ...common, state: 'verified', reason: undefined }
    const why =
      missing.state === 'unverified'
        ? missing.why
        : missing.state === 'absent'
          ? 'has no placement record yet'
          : 'has not reported its placement record yet'
    return { ...common, state: 'unverified', reason: `The master of '${missing.shard}' ${why}.` }
  }

  #readingOf(shard: string): PlacementReading {
    return this.#readings.get(shard) ?? { state: 'unknown' }
  }

  #count(...states: readonly PlacementReading['state'][]): number {
    return this.#shards.filter((shard) => states.includes(this.#readingOf(shard).state)).length
  }

  #isMajority(shards: number): boolean {
    return shards * 2 > this.#shards.length
  }

  #judge(shard: string, { address }: ShardConnection, reply: unknown): PlacementReading {
    const { placement, masterAddress } = this.#context
    const where = formatAddress(address)
    const isHere = (name: string) => {
      const other = masterAddress(name)
      return name !== shard && other !== undefined && formatAddress(other) === where
    }
    const twin = this.#shards.find(isHere)
    if (twin !== undefined) return { state: 'differs', why: oneNode(twin) }
    return comparePlacement(placement, shard, readRecord(reply))
  }

  #note(shard: string, reading: PlacementReading): void {
    this.#readings.set(shard, reading)
    if (placements.hasSubscribers) {
      placements.publish({ ring: this.#context.placement.ring, shard, reading })
    }
    if (this.#isHeard) {
      if (reading.state === 'differs') this.#refuseUnproven()
      return
    }
    this.#isHeard =
      this.#isMajority(this.#count('same', 'unverified')) ||
      this.#shards.every((name) => this.#readings.has(name))
    if (this.#isHeard) this.#begin()
  }

  /** Nobody is let in while it is being found out who is who. */
  #begin(): void {
    this.#isHeard = true
    this.#writing = this.#settleAll().then(() => this.#open())
  }

  #open(): void {
    this.#isOpen = true
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Until enough is known to begin. */
  async #heard(): Promise<void> {
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  /** Some serve already because nothing was known to speak against it. */
  #refuseUnproven(): void {
    if (this.#context.mode === 'warn') return
    this.#context.onRefused(this.#shards.filter((shard) => this.#readingOf(shard).state !== 'same'))
  }

  #settle(shard: string): Promise<void> {
    const { state } = this.#readingOf(shard)
    if (state !== 'absent' && state !== 'claimed') return Promise.resolve()
    this.#writing = this.#writing.then(() => this.#settleAll())
    return this.#writing
  }

  async #settleAll(): Promise<void> {
    await this.#settleClaims()
    await this.#writeMissing()
    // Where a record came up that another name had just written.
    await this.#settleClaims()
  }

  async #settleClaims(): Promise<void> {
    for (const shard of this.#shards) {
      const reading = this.#readingOf(shard)
      if (reading.state !== 'claimed') continue
      await this.#whileConnected(shard, (it) => this.#settleClaim(shard, reading.by, it))
    }
  }

  async #writeMissing(): Promise<void> {
    const isEachKnown = this.#count('unknown') === 0
    if (!isEachKnown && !this.#isMajority(this.#count('same'))) return
    for (const shard of this.#shards) {
      if (this.#count('differs') > 0) return
      if (this.#readingOf(shard).state !== 'absent') continue
      await this.#whileConnected(shard, (it) => this.#write(shard, it))
    }
  }

  /** When the connection is lost its shard dials again, and comes back here. */
  async #whileConnected(
    shard: string,
    work: (connection: ShardConnection) => Promise<void>,
  ): Promise<void> {
    const connection = this.#connections.get(shard)
    if (connection === undefined || connection.isClosed || this.#isClosed) return
    try {
      await work(connection)
    } catch {
      // Refusals are answers: what is left is the loss of the connection, which its shard hears of.
      connection.destroy()
    }
  }

  /** Without writing over what another client may have written in the meantime. */
  async #write(shard: string, connection: ShardConnection): Promise<void> {
    const { placement } = this.#context
    const record = newRecord(placement, shard, this.#newId())
    try {
      await this.#request(connection, writeRequest(record))
      this.#note(shard, { state: 'same', record })
    } catch (error) {
      if (!isReply(error)) throw error
      if (isThere(error)) await this.#ask(shard, connection)
      // One that is no master yet gets it by replication.
      else if (!error.message.startsWith('READONLY')) this.#note(shard, writeRefused(error))
    }
  }

  /**
   * The record there names another shard of the same placement. Either both names lead to one node, or the
   * record was copied (FUNCTION RESTORE), or the names were exchanged.
   */
  async #settleClaim(shard: string, by: string, connection: ShardConnection): Promise<void> {
    const other = this.#connections.get(by)
    const isOthers = this.#readingOf(by).state === 'same' && other?.isClosed === false
    if (!isOthers) {
      this.#note(shard, { state: 'differs', why: `says that it is '${by}'` })
      return
    }
    const { placement } = this.#context
    const mark = newRecord(placement, by, this.#newId())
    try {
      await this.#request(other, writeRequest(mark, true))
      const reading = readRecord(await this.#reply(connection))
      if (reading.found === 'record' && reading.record.id === mark.id) {
        this.#note(shard, { state: 'differs', why: oneNode(by) })
        return
      }
      const own = newRecord(placement, shard, this.#newId())
      await this.#request(connection, writeRequest(own, true))
      this.#note(shard, { state: 'same', record: own })
    } catch (error) {
      if (!isReply(error)) throw error
      this.#note(shard, { state: 'differs', why: `says that it is '${by}'` })
    }
  }

  async #ask(shard: string, connection: ShardConnection): Promise<void> {
    this.#note(shard, this.#judge(shard, connection, await this.#reply(connection)))
  }

  async #reply(connection: ShardConnection): Promise<unknown> {
    try {
      return await this.#request(connection, this.request)
    } catch (error) {
      if (isReply(error)) return error
      throw error
    }
  }

  /** A node that does not answer in time loses the connection. */
  async #request(connection: ShardConnection, [name, ...args]: Request): Promise<unknown> {
    const { runtime, timeout } = this.#context
    const timer = runtime.setTimer(() => connection.destroy(), timeout)
    try {
      return await connection.ask(name, ...args.map(String))
    } finally {
      timer.cancel()
    }
  }

  #check(shard: string): void {
    const error = this.#mismatch()
    if (error === undefined) return
    if (this.#context.mode === 'warn') {
      if (!this.#told.has(error.message)) this.#context.onWarning(error)
      this.#told.add(error.message)
      return
    }
    const isSame = this.#readingOf(shard).state === 'same'
    if (!isSame || !this.#isMajority(this.#count('same'))) throw error
  }

  #mismatch(): PlacementMismatchError | undefined {
    const reports = this.#shards.flatMap((shard): PlacementReport[] => {
      const reading = this.#readingOf(shard)
      if (reading.state !== 'differs') return []
      const address = this.#connections.get(shard)?.where
      const { record } = reading
      return [{ shard, address, says: reading.why, shards: record?.weights, epoch: record?.epoch }]
    })
    return reports.length === 0 ? undefined : mismatchError(this.#context.placement, reports)
  }

  #newId(): string {
    const part = () => Math.floor(this.#context.runtime.random() * 2 ** 32).toString(16)
    return part() + part()
  }
}

function oneNode(twin: string): string {
  return `is the same node as '${twin}': two names for one master`
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

function writeRefused({ message }: Error): PlacementReading {
  const why = message.startsWith('NOPERM')
    ? 'has no placement record, and this user may not write one (+function)'
    : `has no placement record, and refused to store one: ${message}`
  return { state: 'unverified', why }
}
