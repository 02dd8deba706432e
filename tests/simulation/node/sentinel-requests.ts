import type { ChannelEnd, Frame, Receiver } from '../network/channel-end.js'
import type { ManualFailover } from './manual-failover.js'
import type { NodeContext } from './node-context.js'
import type { HelloSubscription, NodeAnswer, NodeRequest } from './server-messages.js'

export interface SentinelRequestContext extends NodeContext {
  readonly failover: ManualFailover
  readonly executor: {
    /** A pause has begun to hold something: `resume` is called when it ends. */
    whenUnpaused(resume: () => void): void
  }
  /** Refused while it hands over by itself. */
  readonly isHandingOver: boolean
  /** What Sentinel's CONFIG REWRITE keeps. */
  rewriteConfig(): void
  /** Closes the connections of clients and Sentinels, not those of replicas. */
  killClients(except: ChannelEnd): void
}

/** The channel on which Sentinels find each other. */
export const helloChannel = '__sentinel__:hello'

/** What Sentinels ask a node, and what they hear of each other through it. */
export class SentinelRequests {
  readonly #node: SentinelRequestContext
  readonly #links = new Set<ChannelEnd>()
  readonly #listeners = new Set<ChannelEnd>()

  constructor(node: SentinelRequestContext) {
    this.#node = node
  }

  open(channel: ChannelEnd): Receiver {
    this.#links.add(channel)
    let postponed: NodeRequest[] | undefined
    const resume = () => {
      const requests = postponed ?? []
      postponed = undefined
      for (const request of requests) take(request)
    }
    const take = (request: NodeRequest) => {
      // It says everything over one connection: what comes after a postponed PUBLISH waits with it.
      const { pause } = this.#node
      const isHeld =
        postponed !== undefined ||
        pause.holdsAll ||
        (request.kind === 'publish' && pause.holdsWrites)
      if (!isHeld) {
        this.#answer(channel, request)
        return
      }
      if (postponed === undefined) this.#node.executor.whenUnpaused(resume)
      postponed ??= []
      postponed.push(request)
    }
    return {
      received: (frame: Frame) => {
        const message = frame as NodeRequest | HelloSubscription
        if (message.kind === 'subscribeHello') this.#listeners.add(channel)
        else take(message)
      },
      closed: () => {
        this.#links.delete(channel)
        this.#listeners.delete(channel)
      },
    }
  }

  closeAll(except: ChannelEnd | undefined): void {
    for (const channel of [...this.#links]) {
      if (channel === except) continue
      this.#links.delete(channel)
      this.#listeners.delete(channel)
      channel.close()
    }
  }

  forget(): void {
    this.#links.clear()
    this.#listeners.clear()
  }

  #answer(channel: ChannelEnd, request: NodeRequest): void {
    const node = this.#node
    const answer = (it: NodeAnswer) => channel.send(it)
    switch (request.kind) {
      case 'ping': {
        const isOk = !node.isBusy && !node.isDiskFull
        answer({ kind: 'pong', isOk, isBusy: node.isBusy })
        break
      }
      case 'info':
        answer({ kind: 'info', info: node.info() })
        break
      case 'publish':
        for (const listener of this.#listeners) {
          listener.send({ kind: 'hello', message: request.message }, request.message.length)
        }
        answer({ kind: 'done' })
        break
      case 'reconfigure':
        // SLAVEOF is refused while data is loaded (LOADING), and with it the whole transaction.
        if (node.isLoading) {
          answer({ kind: 'done' })
          break
        }
        if (!node.isHandingOver) {
          if (request.master === undefined) node.becomeMaster()
          else node.becomeReplicaOf(request.master, true)
        }
        node.rewriteConfig()
        node.killClients(channel)
        answer({ kind: 'done' })
        break
      case 'failover':
        node.pause.begin(request.timeout, false)
        node.failover.begin(request.to, request.timeout)
        answer({ kind: 'done' })
        break
      case 'finish':
        node.rewriteConfig()
        node.killClients(channel)
        node.pause.end()
        answer({ kind: 'done' })
        break
      case 'scriptKill':
        node.isBusy = false
        answer({ kind: 'done' })
    }
  }
}
