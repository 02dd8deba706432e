import type { BenchClient } from '../contenders/bench-client.js'
import type { Round } from '../measure/round.js'
import { KeySpace } from './key-space.js'
import { type Workload, WrongReplyError } from './workload.js'

/** Every caller asks for the same number of keys in each call; its keys spread over the shards. */
abstract class MultiKeyWorkload implements Workload {
  readonly callers: number
  protected readonly client: BenchClient
  protected readonly space: KeySpace
  protected readonly keysPerCall: number

  constructor(client: BenchClient, keyPrefix: string, callers: number, keysPerCall: number) {
    this.callers = callers
    this.client = client
    this.keysPerCall = keysPerCall
    this.space = new KeySpace(keyPrefix, callers * keysPerCall, 100)
  }

  prepare() {
    return this.space.writeAll(this.client)
  }

  abstract runCaller(caller: number, round: Round): Promise<void>
  abstract verify(): Promise<void>
}

/** MGET of `keysPerCall` keys; every value of every reply is checked. */
export class MgetWorkload extends MultiKeyWorkload {
  async runCaller(caller: number, round: Round) {
    const { client, space, keysPerCall } = this
    const first = caller * keysPerCall
    const keys = space.keys.slice(first, first + keysPerCall)
    let startedAt = performance.now()
    while (round.isRunning) {
      const replies = await client.mget(keys)
      for (let i = 0; i < keysPerCall; i++) {
        if (replies[i] !== space.expected(first + i)) {
          throw new WrongReplyError('MGET', keys[i]!, replies[i])
        }
      }
      startedAt = round.answered(startedAt, 1)
    }
  }

  async verify() {}
}

/** MSET of `keysPerCall` keys; what was written last is read back after the round. */
export class MsetWorkload extends MultiKeyWorkload {
  async runCaller(caller: number, round: Round) {
    const { client, space, keysPerCall } = this
    const first = caller * keysPerCall
    let startedAt = performance.now()
    while (round.isRunning) {
      const entries = new Array<string>(keysPerCall * 2)
      for (let i = 0; i < keysPerCall; i++) {
        entries[2 * i] = space.keys[first + i]!
        entries[2 * i + 1] = space.turn(first + i)
      }
      const reply = await client.mset(entries)
      if (reply !== 'OK') throw new WrongReplyError('MSET', space.keys[first]!, reply)
      startedAt = round.answered(startedAt, 1)
    }
  }

  verify() {
    return this.space.checkAll(this.client)
  }
}
