import type { BenchClient } from '../contenders/bench-client.js'
import type { Round } from '../measure/round.js'
import { Draws } from './draws.js'
import { KeySpace } from './key-space.js'
import { type Workload, WrongReplyError } from './workload.js'

/** Half SET, half GET in random order over the caller's own keys. */
export class GetSetWorkload implements Workload {
  readonly callers: number
  readonly #client: BenchClient
  readonly #space: KeySpace
  readonly #keysPerCaller: number

  constructor(client: BenchClient, keyPrefix: string, callers: number, valueBytes: number) {
    const keyCount = Math.max(callers * 2, valueBytes > 4096 ? 500 : 2000)
    this.callers = callers
    this.#client = client
    this.#keysPerCaller = Math.floor(keyCount / callers)
    this.#space = new KeySpace(keyPrefix, this.#keysPerCaller * callers, valueBytes)
  }

  prepare() {
    return this.#space.writeAll(this.#client)
  }

  async runCaller(caller: number, round: Round) {
    const client = this.#client
    const space = this.#space
    const draws = new Draws(caller)
    const firstKey = caller * this.#keysPerCaller
    let startedAt = performance.now()
    while (round.isRunning) {
      const index = firstKey + draws.below(this.#keysPerCaller)
      const key = space.keys[index]!
      if (draws.below(2) === 0) {
        const reply = await client.set(key, space.turn(index))
        if (reply !== 'OK') throw new WrongReplyError('SET', key, reply)
      } else {
        const reply = await client.get(key)
        if (reply !== space.expected(index)) throw new WrongReplyError('GET', key, reply)
      }
      startedAt = round.answered(startedAt, 1)
    }
  }

  async verify() {}
}
