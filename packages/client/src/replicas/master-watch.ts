import type { Runtime, Timer } from '@disredis/sentinel'
import { commandInfo } from '../catalog/command-info.js'
import { Command } from '../commands/command.js'
import type { Shard } from '../shard/shard.js'

/** ms between two questions. */
const interval = 1000

/** How far the master of a shard is and how fast it answers, for comparison with its replicas. */
export class MasterWatch {
  readonly #shard: Shard
  readonly #runtime: Runtime
  #offset = 0
  #roundTrip = Number.POSITIVE_INFINITY
  #timer: Timer | undefined
  #isClosed = false

  constructor(shard: Shard, runtime: Runtime) {
    this.#shard = shard
    this.#runtime = runtime
    this.#ask()
  }

  /** Bytes of its replication stream. */
  get offset(): number {
    return this.#offset
  }

  /** ms that the last ROLE took. */
  get roundTrip(): number {
    return this.#roundTrip
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  #ask(): void {
    const asked = this.#runtime.now()
    const command = new Command(
      commandInfo('role'),
      [],
      { timeout: interval, retryWrites: 'never', isIdempotent: false, readFrom: 'master' },
      'utf8',
      undefined,
      undefined,
    )
    this.#shard.flow.send(command)
    command.promise
      .then(
        (reply) => {
          this.#offset = Number((reply as [role: string, offset: number])[1])
          this.#roundTrip = this.#runtime.now() - asked
        },
        () => {
          this.#roundTrip = Number.POSITIVE_INFINITY
        },
      )
      .finally(() => {
        if (!this.#isClosed) this.#timer = this.#runtime.setTimer(() => this.#ask(), interval)
      })
  }
}
