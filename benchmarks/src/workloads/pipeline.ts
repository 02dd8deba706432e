import type { BenchClient, PipelinedCommand } from '../contenders/bench-client.js'
import type { Round } from '../measure/round.js'
import { KeySpace } from './key-space.js'
import { type Workload, WrongReplyError } from './workload.js'

/**
 * Pipelines of SETs and GETs in turn: each GET reads what the SET before it in the same pipeline
 * wrote, so a reply out of order is a wrong reply. Operations are commands, not pipelines.
 */
export class PipelineWorkload implements Workload {
  readonly callers: number
  readonly #client: BenchClient
  readonly #space: KeySpace
  readonly #keysPerCaller: number

  constructor(client: BenchClient, keyPrefix: string, callers: number, commands: number) {
    this.callers = callers
    this.#client = client
    this.#keysPerCaller = commands / 2
    this.#space = new KeySpace(keyPrefix, callers * this.#keysPerCaller, 100)
  }

  prepare() {
    return this.#space.writeAll(this.#client)
  }

  async runCaller(caller: number, round: Round) {
    const space = this.#space
    const first = caller * this.#keysPerCaller
    let startedAt = performance.now()
    while (round.isRunning) {
      const commands: PipelinedCommand[] = []
      for (let index = first; index < first + this.#keysPerCaller; index++) {
        const key = space.keys[index]!
        commands.push({ key, value: space.turn(index) }, { key, value: null })
      }
      this.#check(commands, await this.#client.pipeline(commands))
      startedAt = round.answered(startedAt, commands.length)
    }
  }

  async verify() {}

  #check(commands: readonly PipelinedCommand[], replies: readonly unknown[]) {
    for (let i = 0; i < commands.length; i += 2) {
      const { key, value } = commands[i]!
      if (replies[i] !== 'OK') throw new WrongReplyError('SET', key, replies[i])
      if (replies[i + 1] !== value) throw new WrongReplyError('GET', key, replies[i + 1])
    }
  }
}
