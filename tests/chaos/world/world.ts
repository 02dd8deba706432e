import type { Disredis, DisredisOptions } from '@disredis/client'
import type { Fleet, FleetNode, FleetOptions } from '@disredis/fleet'
import type { Address } from '../address.js'
import { Load } from '../load/load.js'
import { defaultTimeout, type LoadPlan } from '../load/load-plan.js'
import type { LossWindow } from '../oracle/judge.js'
import type { Lane } from '../oracle/lane.js'
import { Ledger } from '../oracle/ledger.js'
import { StallWatch } from '../oracle/stall-watch.js'
import { Random } from '../random.js'
import { type ClientEvent, DisredisSubject } from '../subjects/disredis-subject.js'
import { makeSubject } from '../subjects/make-subject.js'
import type { Subject, SubjectName } from '../subjects/subject.js'
import type { Journal } from './journal.js'
import { Proxies } from './proxies.js'
import { QueueGauge } from './queue-gauge.js'
import type { SentinelObserver } from './sentinel-observer.js'

/** What a world is made of; every scenario has one. */
export interface WorldPlan {
  /** Default: one master, one replica, three Sentinels. */
  readonly fleet?: FleetOptions
  /** Options of the client beside the Sentinels; `commandTimeout` is the load's `timeout`. */
  readonly client?: (world: World) => Partial<DisredisOptions>
  /** Links that pass through proxies: to the data nodes, to the Sentinels. Default: none. */
  readonly proxied?: readonly ('data' | 'sentinels')[]
  /** false: the scenario asks by itself. Default: the plan's defaults. */
  readonly load?: LoadPlan | false
}

/** Everything that a scenario acts on: servers, links, a client and its load. */
export class World {
  readonly subjectName: SubjectName
  readonly fleet: Fleet
  readonly observer: SentinelObserver
  readonly journal: Journal
  readonly random: Random
  readonly proxies: Proxies
  readonly stalls = new StallWatch()
  /** When steps that set a mark were run. */
  readonly marks = new Map<string, number>()
  readonly lossWindows: LossWindow[] = []
  /** Figures that steps measure by themselves. */
  readonly figures = new Map<string, number>()
  readonly violations: string[] = []
  /** More clients than the one whose books are kept. */
  crowd: readonly Disredis[] = []
  /** Prepared before there was a client. */
  lanes: readonly Lane[] | undefined
  /** Called in reverse order at the end, whatever happens. */
  readonly cleanUps: (() => Promise<void> | void)[] = []
  readonly queue = new QueueGauge()
  readonly #made: WorldPlan
  #subject: Subject | undefined
  #ledger: Ledger | undefined
  #load: Load | undefined

  constructor(
    plan: WorldPlan,
    subjectName: SubjectName,
    seed: number,
    fleet: Fleet,
    journal: Journal,
    observer: SentinelObserver,
  ) {
    this.#made = plan
    this.subjectName = subjectName
    this.fleet = fleet
    this.journal = journal
    this.observer = observer
    this.random = new Random(seed)
    this.proxies = new Proxies(() => this.random.next())
  }

  /** The default name of a shard in steps. */
  get shard(): string {
    return this.fleet.masters[0]!
  }

  get subject(): Subject {
    return must(this.#subject, 'No client was made yet')
  }

  get isConnected(): boolean {
    return this.#subject !== undefined
  }

  /** For what only disredis has. */
  get client(): Disredis {
    if (this.#subject instanceof DisredisSubject) return this.#subject.client
    throw new Error('This step works with disredis only')
  }

  /** What the client told, with times. */
  get clientEvents(): readonly ClientEvent[] {
    return this.#subject instanceof DisredisSubject ? this.#subject.events : []
  }

  get ledger(): Ledger {
    return must(this.#ledger, 'No load was started yet')
  }

  get load(): Load {
    return must(this.#load, 'No load was started yet')
  }

  get hasLoad(): boolean {
    return this.#load !== undefined
  }

  /** How long a step waits for what must come; peers may never recover, which is then told. ms. */
  get patience(): number {
    return this.subjectName === 'disredis' ? 60_000 : 20_000
  }

  get plan(): LoadPlan {
    const { load } = this.#made
    return load === false ? {} : (load ?? {})
  }

  get timeout(): number {
    return this.plan.timeout ?? defaultTimeout
  }

  /** The node of that name: `shard-1/1`, `sentinel-2`; `shard-1/master` is the one of the moment. */
  node(name: string): FleetNode {
    if (name.endsWith('/master')) return this.fleet.master(name.slice(0, -'/master'.length))
    const node = this.fleet.nodes().find((one) => one.name === name)
    return must(node, `There is no node ${name}`)
  }

  sentinels(): readonly FleetNode[] {
    return this.fleet.nodes().filter(({ role }) => role === 'sentinel')
  }

  dataNodes(): readonly FleetNode[] {
    return this.fleet.nodes().filter(({ role }) => role !== 'sentinel')
  }

  /** What a client is given. */
  seeds(): readonly Address[] {
    return this.sentinels().map((node) => this.proxies.addressOf(node))
  }

  clientOptions(): DisredisOptions {
    return {
      sentinels: this.seeds(),
      commandTimeout: this.timeout,
      natMap: this.proxies.natMap(),
      ...this.#made.client?.(this),
    }
  }

  /** Makes the client; it connects in the background. */
  makeClient(): Subject {
    const subject = makeSubject(this.subjectName, {
      options: this.clientOptions(),
      durability: this.plan.durability ?? 0,
      journal: this.journal,
      shard: this.shard,
      seeds: this.seeds(),
      natTable: this.proxies.natTable(),
    })
    this.#subject = subject
    return subject
  }

  /** Begins to ask. The values that reads expect must be there: see `prepareLanes`. */
  startLoad(lanes: readonly Lane[], plan: LoadPlan): void {
    this.#ledger = new Ledger(lanes)
    this.#load = new Load(this.subject, this.#ledger, plan)
    if (this.#subject instanceof DisredisSubject) this.queue.watch(this.client, this.#ledger)
    this.#load.start()
  }

  stopLoad(): void {
    this.#load?.stop()
    this.queue.stop()
  }

  /** @throws Error if no step set it */
  mark(name: string): number {
    return must(this.marks.get(name), `No step has set the mark ${name}`)
  }
}

function must<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise)
  return value
}
