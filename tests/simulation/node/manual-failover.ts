import type { ScheduledEvent } from '../core/event-heap.js'
import type { NodeContext } from './node-context.js'
import { type ServerAddress, sameServer } from './server-messages.js'

type State = 'no-failover' | 'waiting-for-sync' | 'failover-in-progress'

/** The FAILOVER command of Redis 6.2: the master hands over to a replica that has everything. */
export class ManualFailover {
  readonly #node: NodeContext
  #state: State = 'no-failover'
  #target: ServerAddress | undefined
  #timer: ScheduledEvent | undefined

  constructor(node: NodeContext) {
    this.#node = node
  }

  get state(): State {
    return this.#state
  }

  /** @returns what is wrong, or undefined when it has begun */
  begin(target: ServerAddress | undefined, timeout: number | undefined): string | undefined {
    const node = this.#node
    if (this.#state !== 'no-failover') return 'ERR FAILOVER already in progress.'
    if (node.link !== undefined) return 'ERR FAILOVER is not valid when server is a replica.'
    const online = node.source.online
    if (online.length === 0) return 'ERR FAILOVER requires connected replicas.'
    if (target !== undefined && !online.some(({ address }) => sameServer(address, target))) {
      return 'ERR FAILOVER target HOST and PORT is not a replica.'
    }
    this.#state = 'waiting-for-sync'
    this.#target = target
    node.note('begins to hand over (FAILOVER)')
    node.pause.begin(Number.MAX_SAFE_INTEGER / 2, false)
    if (timeout !== undefined) {
      this.#timer = node.surroundings.time.after(timeout, () => {
        if (this.#state === 'waiting-for-sync') this.abort()
      })
    }
    node.source.send({ kind: 'getAck' })
    this.acknowledged()
    return undefined
  }

  abort(): void {
    if (this.#state === 'no-failover') return
    const wasReplica = this.#state === 'failover-in-progress'
    this.forget()
    if (wasReplica) this.#node.becomeMaster()
    this.#node.pause.end()
  }

  forget(): void {
    this.#timer?.cancel()
    this.#state = 'no-failover'
    this.#target = undefined
  }

  /** A replica's acknowledgement has come. */
  acknowledged(): void {
    if (this.#state !== 'waiting-for-sync') return
    const node = this.#node
    const ready = node.source.online.find(
      ({ address, ackOffset }) =>
        ackOffset === node.offset &&
        (this.#target === undefined || sameServer(address, this.#target)),
    )
    if (ready === undefined) return
    this.#state = 'failover-in-progress'
    this.#timer?.cancel()
    node.becomeReplicaOf(ready.address, false, true)
  }

  answered(isAccepted: boolean): void {
    if (this.#state !== 'failover-in-progress') return
    this.forget()
    if (!isAccepted) this.#node.becomeMaster()
    this.#node.pause.end()
  }
}
