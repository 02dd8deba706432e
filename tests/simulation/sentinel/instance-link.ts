import type { ChannelEnd, Frame, Receiver } from '../network/channel-end.js'
import type { Host } from '../network/host.js'
import type { Network } from '../network/network.js'
import type { ServerAddress } from '../node/server-messages.js'
import { redialPeriod } from './sentinel-times.js'

/** An answer has come; `undefined` if the link was lost before it. */
type OnAnswer = (answer: object | undefined) => void

export interface LinkContext {
  readonly network: Network
  readonly host: Host
  /** A message heard on the second connection. */
  readonly onHello: (message: string) => void
  /** Chance: a dial that is refused within the call leaves no PING behind. */
  readonly failsAtOnce: () => boolean
}

/**
 * A Sentinel's connections to one instance: one for commands and, unless it is a Sentinel, one on which
 * it hears the hello messages; and when it last gave a sign of life.
 */
export class InstanceLink {
  address: ServerAddress
  readonly #context: LinkContext
  readonly #hears: boolean
  #command: ChannelEnd | undefined
  #pubsub: ChannelEnd | undefined
  #isCommandOpen = false
  readonly #answers: OnAnswer[] = []
  isDisconnected = true
  commandSince = 0
  pubsubSince = 0
  heardAt = 0
  reconnectedAt = Number.NEGATIVE_INFINITY
  /** When the oldest unanswered PING was sent; 0: none is. */
  pingPendingSince = 0
  lastPing = 0
  lastPong: number
  /** The last acceptable answer to a PING. */
  lastAvailable: number
  /** How many masters share it. */
  references = 1

  constructor(address: ServerAddress, hears: boolean, context: LinkContext) {
    this.address = address
    this.#hears = hears
    this.#context = context
    const { now } = context.network.time
    this.lastPong = now
    this.lastAvailable = now
    this.pingPendingSince = now
  }

  get pending(): number {
    return this.#answers.length
  }

  get hasCommand(): boolean {
    return this.#command !== undefined
  }

  get hasPubsub(): boolean {
    return this.#pubsub !== undefined
  }

  /** Dials what is not there; at most once a second. */
  reconnect(now: number, ping: () => void): void {
    if (!this.isDisconnected || this.address.port === 0) return
    if (now - this.reconnectedAt < redialPeriod) return
    this.reconnectedAt = now
    const { network, host, failsAtOnce } = this.#context
    if (this.#command === undefined) {
      const isListening = network.isListening(this.address)
      this.#openCommand(network, host)
      this.commandSince = now
      if (isListening || !failsAtOnce()) ping()
    }
    if (this.#hears && this.#pubsub === undefined) {
      this.#openPubsub(network, host)
      this.pubsubSince = now
      this.heardAt = now
    }
    this.isDisconnected = false
  }

  request(message: object, onAnswer: OnAnswer): boolean {
    if (this.#command === undefined) return false
    this.#answers.push(onAnswer)
    if (this.#isCommandOpen) this.#command.send(message)
    else this.#unsent.push(message)
    return true
  }

  closeCommand(): void {
    const channel = this.#command
    this.#loseCommand()
    channel?.close()
  }

  closePubsub(): void {
    const channel = this.#pubsub
    this.#pubsub = undefined
    this.isDisconnected = true
    channel?.close()
  }

  close(): void {
    this.closeCommand()
    this.closePubsub()
  }

  /** The process has died: nothing is told to anybody. */
  forget(): void {
    this.#command = undefined
    this.#pubsub = undefined
    this.#answers.length = 0
  }

  #unsent: object[] = []

  #openCommand(network: Network, host: Host): void {
    this.#isCommandOpen = false
    this.#unsent = []
    const isCurrent = () => this.#command === channel
    const lose = () => {
      if (isCurrent()) this.#loseCommand()
    }
    const receiver: Receiver = {
      connected: () => {
        if (!isCurrent()) return
        this.#isCommandOpen = true
        for (const message of this.#unsent) channel.send(message)
        this.#unsent = []
      },
      refused: lose,
      received: (frame: Frame) => {
        if (isCurrent()) this.#answers.shift()?.(frame as object)
      },
      closed: lose,
    }
    const channel = network.dial(host, this.address, receiver)
    this.#command = channel
  }

  #loseCommand(): void {
    this.#command = undefined
    this.#isCommandOpen = false
    this.isDisconnected = true
    for (const onAnswer of this.#answers.splice(0)) onAnswer(undefined)
  }

  #openPubsub(network: Network, host: Host): void {
    const isCurrent = () => this.#pubsub === channel
    const lose = () => {
      if (!isCurrent()) return
      this.#pubsub = undefined
      this.isDisconnected = true
    }
    const channel = network.dial(host, this.address, {
      connected: () => channel.send({ kind: 'subscribeHello' }),
      refused: lose,
      received: (frame) => {
        if (!isCurrent()) return
        this.heardAt = network.time.now
        this.#context.onHello((frame as { readonly message: string }).message)
      },
      closed: lose,
    })
    this.#pubsub = channel
  }
}
