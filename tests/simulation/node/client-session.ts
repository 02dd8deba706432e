import type { ChannelEnd } from '../network/channel-end.js'
import { Push, type Reply } from '../resp/reply.js'
import { RequestReader } from '../resp/request-reader.js'
import { writeReply } from '../resp/write-reply.js'

export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe'

/** A command that has no reply yet: the session takes no other one meanwhile. */
export interface Suspended {
  /** Why: a blocking command, or one that a pause postpones. */
  readonly kind: 'blocked' | 'postponed'
  /** Ends the wait without a reply. */
  cancel(): void
}

/** A client's connection as the server has it. */
export class ClientSession {
  readonly id: number
  readonly channel: ChannelEnd
  readonly #reader = new RequestReader()
  protocol: 2 | 3 = 2
  name = ''
  isAuthenticated: boolean
  /** Commands queued since MULTI. */
  transaction: string[][] | undefined
  isDoomed = false
  /** ROLE has said `master` to it. */
  wasToldMaster = false
  readonly watched = new Map<string, number>()
  readonly subscriptions: Readonly<Record<SubscriptionKind, Set<string>>> = {
    subscribe: new Set(),
    psubscribe: new Set(),
    ssubscribe: new Set(),
  }
  suspended: Suspended | undefined
  /** Requests that came while it is suspended. */
  waiting: string[][] = []
  /** The replication offset after its last write. */
  lastWriteOffset = 0
  isClosed = false
  #output = ''
  #isGathering = false

  constructor(id: number, channel: ChannelEnd, isAuthenticated: boolean) {
    this.id = id
    this.channel = channel
    this.isAuthenticated = isAuthenticated
  }

  get subscriptionCount(): number {
    const { subscribe, psubscribe } = this.subscriptions
    return subscribe.size + psubscribe.size
  }

  get isSubscriber(): boolean {
    return this.subscriptionCount + this.subscriptions.ssubscribe.size > 0
  }

  /** @throws Error if it is not RESP */
  read(chunk: string): string[][] {
    return this.#reader.read(chunk)
  }

  /** What `work` answers leaves in one piece. */
  gather(work: () => void): void {
    this.#isGathering = true
    work()
    this.#isGathering = false
    this.#flush()
  }

  reply(reply: Reply): void {
    this.#output += writeReply(reply, this.protocol)
    if (!this.#isGathering) this.#flush()
  }

  push(items: readonly Reply[]): void {
    this.reply(new Push(items))
  }

  /** @param isSilent what was to be answered just now is lost */
  close(isSilent = false): void {
    if (this.isClosed) return
    if (isSilent) this.#output = ''
    this.#flush()
    this.isClosed = true
    this.suspended?.cancel()
    this.suspended = undefined
    this.channel.close()
  }

  #flush(): void {
    if (this.#output !== '' && !this.isClosed) this.channel.send(this.#output)
    this.#output = ''
  }
}
