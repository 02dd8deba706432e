import type { Demo } from '../demo.js'
import { DeploymentError } from '../deployment/deployment.js'
import { type FaultKind, faultKinds } from '../script/statement.js'
import type { Pace } from '../workload/callers.js'
import { isLoadLevel, pauseOf } from './load-levels.js'
import type { LoadLevel } from './sections.js'

/** What became of a request to do something. */
export interface ActionResult {
  readonly status: 200 | 202 | 400 | 409
  /** For the person who asked. */
  readonly said: string
}

/** The buttons of the page. */
export class Actions {
  readonly #demo: Demo
  readonly #pace: Pace
  #load: LoadLevel = 'normal'

  /** @param pace what the load obeys */
  constructor(demo: Demo, pace: Pace) {
    this.#demo = demo
    this.#pace = pace
    pace.pause = pauseOf[this.#load]
  }

  get load(): LoadLevel {
    return this.#load
  }

  /** @param body `{ do, shard | server | sentinel | level }`, as it came */
  act(body: unknown): ActionResult {
    const { do: what, shard, server, sentinel, level } = (body ?? {}) as Record<string, unknown>
    try {
      if (isFaultKind(what)) return this.#inject(what, shard)
      switch (what) {
        case 'restore':
          return this.#restore(shard)
        case 'cut':
          return this.#cut(server)
        case 'kill-sentinel':
          return this.#killSentinel(sentinel)
        case 'load':
          return this.#setLoad(level)
        default:
          return { status: 400, said: 'There is no such action.' }
      }
    } catch (error) {
      if (error instanceof DeploymentError) return { status: 409, said: error.message }
      throw error
    }
  }

  #inject(kind: FaultKind, shard: unknown): ActionResult {
    const { conductor, deployment } = this.#demo
    if (!this.#isShard(shard)) return this.#unknownShard()
    if (!deployment.faults.includes(kind)) {
      return { status: 409, said: `No ${kind} here: this deployment is not the demo's own.` }
    }
    const reason = conductor.whyNot(shard)
    if (reason !== undefined) return { status: 409, said: `No ${kind} of ${shard} now: ${reason}` }
    this.#follow(conductor.inject(kind, shard))
    return { status: 202, said: `${names[kind]} of ${shard}: as soon as its replica is in sync.` }
  }

  #restore(shard: unknown): ActionResult {
    const { conductor } = this.#demo
    if (shard !== undefined && !this.#isShard(shard)) return this.#unknownShard()
    this.#follow(conductor.restore(shard))
    return { status: 202, said: `Restoring ${shard ?? 'everything that was broken'}.` }
  }

  #cut(server: unknown): ActionResult {
    const { conductor, deployment } = this.#demo
    const found = deployment.machines?.servers.find(({ name }) => name === server)
    if (found === undefined) return { status: 409, said: 'There is no such server to cut off.' }
    const reason = conductor.whyNotCut(found.name)
    if (reason !== undefined) return { status: 409, said: `${found.name} stays: ${reason}` }
    this.#follow(conductor.cut(found.name))
    return { status: 202, said: `Cutting off ${found.name}: as soon as its shards are in sync.` }
  }

  #killSentinel(sentinel: unknown): ActionResult {
    const { conductor, deployment } = this.#demo
    const found = deployment.machines?.sentinels.find(({ name }) => name === sentinel)
    if (found === undefined) return { status: 409, said: 'There is no such Sentinel to kill.' }
    if (found.isBroken) return { status: 409, said: `${found.name} is down already.` }
    this.#follow(conductor.killSentinel(found.name))
    return { status: 202, said: `Killing ${found.name}.` }
  }

  #setLoad(level: unknown): ActionResult {
    if (!isLoadLevel(level)) return { status: 400, said: 'The load is low, normal or high.' }
    this.#load = level
    this.#pace.pause = pauseOf[level]
    return { status: 200, said: `The load is ${level} now.` }
  }

  /** What goes wrong later is an event for everybody. */
  #follow(action: Promise<void>): void {
    action.catch((error: unknown) => {
      this.#demo.log.add(error instanceof Error ? error.message : String(error))
    })
  }

  #isShard(shard: unknown): shard is string {
    return typeof shard === 'string' && this.#demo.shards.includes(shard)
  }

  #unknownShard(): ActionResult {
    return { status: 400, said: `The shards are ${this.#demo.shards.join(', ')}.` }
  }
}

const names: Readonly<Record<FaultKind, string>> = {
  crash: 'Crash',
  freeze: 'Freeze',
  planned: 'Planned failover',
}

function isFaultKind(value: unknown): value is FaultKind {
  return (faultKinds as readonly unknown[]).includes(value)
}
