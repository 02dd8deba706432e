import type { BenchClient } from '../contenders/bench-client.js'
import type { Round } from '../measure/round.js'
import { Draws } from './draws.js'
import { KeySpace } from './key-space.js'
import { type Workload, WrongReplyError } from './workload.js'

const sessionsPerCaller = 20
const sessionBytes = 500
const idleSeconds = 1800

/**
 * What a session store asks of Redis, one operation per HTTP request: of 100 requests 70 load the
 * session and push its expiry, 20 load it and save it, 5 log in (a new session) and 5 log out.
 * A request that finds its session logged out does not save it.
 */
export class SessionWorkload implements Workload {
  readonly callers: number
  readonly #client: BenchClient
  readonly #space: KeySpace
  readonly #isLoggedIn: Uint8Array

  constructor(client: BenchClient, keyPrefix: string, callers: number) {
    this.callers = callers
    this.#client = client
    this.#space = new KeySpace(keyPrefix, callers * sessionsPerCaller, sessionBytes)
    this.#isLoggedIn = new Uint8Array(callers * sessionsPerCaller).fill(1)
  }

  prepare() {
    return this.#space.writeAll(this.#client)
  }

  async runCaller(caller: number, round: Round) {
    const draws = new Draws(caller)
    const first = caller * sessionsPerCaller
    let startedAt = performance.now()
    while (round.isRunning) {
      const index = first + draws.below(sessionsPerCaller)
      const kind = draws.below(100)
      if (kind < 90) {
        if (await this.#load(index)) await (kind < 70 ? this.#touch(index) : this.#save(index))
      } else {
        await (kind < 95 ? this.#save(index) : this.#logOut(index))
      }
      startedAt = round.answered(startedAt, 1)
    }
  }

  async verify() {}

  async #load(index: number): Promise<boolean> {
    const isLoggedIn = this.#isLoggedIn[index] === 1
    const reply = await this.#client.get(this.#space.keys[index]!)
    if (reply !== (isLoggedIn ? this.#space.expected(index) : null)) {
      throw new WrongReplyError('GET', this.#space.keys[index]!, reply)
    }
    return isLoggedIn
  }

  async #touch(index: number): Promise<void> {
    const key = this.#space.keys[index]!
    const reply = await this.#client.expire(key, idleSeconds)
    if (Number(reply) !== 1) throw new WrongReplyError('EXPIRE', key, reply)
  }

  async #save(index: number): Promise<void> {
    const key = this.#space.keys[index]!
    const reply = await this.#client.setWithExpiry(key, this.#space.turn(index), idleSeconds)
    if (reply !== 'OK') throw new WrongReplyError('SETEX', key, reply)
    this.#isLoggedIn[index] = 1
  }

  async #logOut(index: number): Promise<void> {
    const key = this.#space.keys[index]!
    const reply = await this.#client.del(key)
    if (reply !== this.#isLoggedIn[index]) throw new WrongReplyError('DEL', key, reply)
    this.#isLoggedIn[index] = 0
  }
}
