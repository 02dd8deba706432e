import type { Disredis } from '@disredis/client'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { FaultListener } from '../faults/fault-conductor.js'
import type { FaultLog } from '../faults/fault-log.js'
import type { FaultRecord } from '../faults/fault-record.js'
import type { FaultWatch } from '../faults/fault-watch.js'
import type { SentinelNews } from '../measurement/sentinel-news.js'
import { now } from '../time.js'
import type { FailoverCause, FailoverRecord, Moment } from './failover-record.js'

/** Failovers that are remembered. */
export const keptFailovers = 12
/** Moments of one lane; a failover has about ten. */
const longestLane = 24
/** ms after the last word of a failover that the demo had no part in: then it is over. */
const silence = 5_000
/** ms between two looks at the client's phase while something is going on. */
const lookInterval = 10

/** News that a failover begins with when nobody of the demo began it. */
const beginnings = new Set(['+odown', '+try-failover', '+elected-leader', '+switch-master'])

interface Recording {
  readonly id: number
  readonly shard: string
  readonly cause: FailoverCause
  /** ms, by the clock of {@link now}. */
  readonly zero: number
  readonly watch: FaultWatch | undefined
  readonly sentinel: Moment[]
  readonly client: Moment[]
  state: FailoverRecord['state']
  from: string | null
  to: string | null
  phase: string | undefined
  result: FaultRecord | undefined
  lastNews: number
}

/** Writes down each failover: what Sentinel said and what the client did, on one time axis. */
export class FailoverRecorder implements FaultListener, Disposable {
  readonly #client: Disredis
  readonly #faults: FaultLog
  readonly #start: number
  readonly #recordings: Recording[] = []
  readonly #unsubscribe: () => void
  #timer: NodeJS.Timeout | undefined
  #nextId = 1

  /** @param start the time that failovers are counted from */
  constructor(client: Disredis, faults: FaultLog, start: number) {
    this.#client = client
    this.#faults = faults
    this.#start = start
    this.#unsubscribe = this.#listen()
  }

  /** Oldest first; at most {@link keptFailovers}. */
  get records(): readonly FailoverRecord[] {
    return this.#recordings.map((recording) => this.#recordOf(recording))
  }

  /** A Sentinel published something. */
  heard(news: SentinelNews): void {
    const recording = this.#current(news.shard) ?? this.#observed(news)
    if (recording === undefined) return
    recording.lastNews = news.at
    if (news.event === '+switch-master') recording.to = formatAddress(news.address)
    const subject = news.about === 'master' ? '' : `${news.about} `
    const what = news.about === 'sentinel' ? `${news.event} sentinel` : news.event
    if (recording.sentinel.some(([, name]) => name === what)) return
    const detail = `${subject}${formatAddress(news.address)}, said by ${formatAddress(news.sentinel)}`
    add(recording.sentinel, [news.at - recording.zero, what, detail])
  }

  faultBegins(watch: FaultWatch): void {
    const { kind, shard, startedAt } = watch
    const master = this.#healthOf(shard)?.master
    // An observed one of the same shard is this one, heard of a moment before.
    const early = this.#current(shard)
    if (early !== undefined) early.state = 'over'
    const from = master === undefined ? null : formatAddress(master)
    this.#begin(shard, kind, startedAt, watch, from)
  }

  faultEnds(watch: FaultWatch, record: FaultRecord | undefined): void {
    const recording = this.#recordings.find((one) => one.watch === watch)
    if (recording === undefined) return
    this.#look(recording)
    recording.result = record
    recording.state = record?.isRecovered === true ? 'over' : 'failed'
    const newMaster = record?.newMaster
    if (newMaster != null) recording.to = formatAddress(newMaster)
    this.#rest()
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
    clearInterval(this.#timer)
  }

  #listen(): () => void {
    const client = this.#client
    const told = (shard: string, what: string, detail: string) => {
      const recording = this.#current(shard) ?? this.#recent(shard)
      if (recording !== undefined) add(recording.client, [now() - recording.zero, what, detail])
    }
    const started = ({ shard }: { shard: string }) => told(shard, 'gate closed', 'writes wait')
    const completed = ({ shard, to, duration }: { shard: string; to: Address; duration: number }) =>
      told(shard, 'served', `by ${formatAddress(to)}, ${Math.round(duration)} ms by its own count`)
    const aborted = ({ shard, reason }: { shard: string; reason: string }) =>
      told(shard, 'gate opened', reason)
    client.on('failoverStarted', started)
    client.on('failoverCompleted', completed)
    client.on('failoverAborted', aborted)
    return () => {
      client.off('failoverStarted', started)
      client.off('failoverCompleted', completed)
      client.off('failoverAborted', aborted)
    }
  }

  /** Undefined: this begins no failover. */
  #observed(news: SentinelNews): Recording | undefined {
    const isBeginning = news.about === 'master' && beginnings.has(news.event)
    if (!isBeginning || this.#isKnown(news)) return undefined
    const topology = this.#client.topology?.shards.get(news.shard)
    const master = news.event === '+switch-master' ? undefined : topology?.master
    const from = master === undefined ? null : formatAddress(master)
    return this.#begin(news.shard, 'observed', news.at, undefined, from)
  }

  /** Each Sentinel tells of a failover in its own time; this one may be over and written down. */
  #isKnown({ event, shard, address }: SentinelNews): boolean {
    const last = this.#last(shard)
    if (last === undefined || last.to === null || last.to === last.from) return false
    return formatAddress(address) === (event === '+switch-master' ? last.to : last.from)
  }

  #begin(
    shard: string,
    cause: FailoverCause,
    zero: number,
    watch: FaultWatch | undefined,
    from: string | null,
  ): Recording {
    const recording: Recording = {
      id: this.#nextId++,
      shard,
      cause,
      zero,
      watch,
      sentinel: [],
      client: [],
      state: 'under way',
      from,
      to: null,
      phase: this.#healthOf(shard)?.phase,
      result: undefined,
      lastNews: zero,
    }
    this.#recordings.push(recording)
    if (this.#recordings.length > keptFailovers) this.#recordings.shift()
    this.#timer ??= setInterval(() => this.#lookAtAll(), lookInterval)
    return recording
  }

  #lookAtAll(): void {
    for (const recording of this.#recordings) {
      if (recording.state !== 'under way') continue
      this.#look(recording)
      const isQuiet = now() - recording.lastNews > silence
      if (recording.watch === undefined && isQuiet && recording.phase === 'ready') {
        recording.state = 'over'
      }
    }
    this.#rest()
  }

  /** The phases of the shard are moments, too. */
  #look(recording: Recording): void {
    const health = this.#healthOf(recording.shard)
    if (health === undefined || health.phase === recording.phase) return
    recording.phase = health.phase
    const at = now() - recording.zero
    if (health.phase === 'down') {
      add(recording.client, [at, 'connection lost', health.lastError?.code ?? 'commands wait'])
    }
    // `gated` and `ready` are told by the client's events.
  }

  #rest(): void {
    if (this.#recordings.some(({ state }) => state === 'under way')) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #current(shard: string): Recording | undefined {
    return this.#recordings.findLast((one) => one.shard === shard && one.state === 'under way')
  }

  /** What is told just after the end belongs to it, too. */
  #recent(shard: string): Recording | undefined {
    const last = this.#last(shard)
    return last !== undefined && now() - last.lastNews < silence ? last : undefined
  }

  #last(shard: string): Recording | undefined {
    return this.#recordings.findLast((one) => one.shard === shard)
  }

  #healthOf(shard: string) {
    return this.#client.health().shards.find((one) => one.shard === shard)
  }

  #recordOf(recording: Recording): FailoverRecord {
    const { id, shard, cause, zero, watch, sentinel, client, state, from, to, result } = recording
    const errors = watch?.errors ?? {}
    return {
      id,
      shard,
      cause,
      startedAt: zero - this.#start,
      state,
      from,
      to,
      sentinel,
      client,
      gap: gapOf(recording),
      acknowledged: watch?.acknowledgedCount ?? 0,
      lost: result === undefined ? null : this.#faults.lostIn(result),
      unknown: errors.OutcomeUnknownError ?? 0,
      errors,
    }
  }
}

function add(lane: Moment[], moment: Moment): void {
  if (lane.length < longestLane) lane.push(moment)
}

/** While it lasts the time since the last acknowledgement; the longest one once it is over. */
function gapOf({ watch, zero, state }: Recording): FailoverRecord['gap'] {
  if (watch === undefined) return null
  const longest = watch.longestGap
  const last = watch.lastAcknowledgement
  const current = now() - last
  if (state === 'under way' && current > (longest ? longest.end - longest.start : 0)) {
    return [last - zero, null]
  }
  return longest === undefined ? null : [longest.start - zero, longest.end - zero]
}
