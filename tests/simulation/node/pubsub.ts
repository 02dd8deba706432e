import { type Reply, SimpleString } from '../resp/reply.js'
import type { ClientSession, SubscriptionKind } from './client-session.js'

const ends: Readonly<Record<string, SubscriptionKind>> = {
  UNSUBSCRIBE: 'subscribe',
  PUNSUBSCRIBE: 'psubscribe',
  SUNSUBSCRIBE: 'ssubscribe',
}

/** The subscriptions of a server's clients. Sentinels have the same. */
export class PubSub {
  readonly #sessions: () => Iterable<ClientSession>

  constructor(sessions: () => Iterable<ClientSession>) {
    this.#sessions = sessions
  }

  /** False if it is no command of subscriptions. */
  execute(session: ClientSession, args: readonly string[]): boolean {
    const [name, ...channels] = args as [string, ...string[]]
    if (name === 'SUBSCRIBE' || name === 'PSUBSCRIBE' || name === 'SSUBSCRIBE') {
      const kind = name.toLowerCase() as SubscriptionKind
      for (const channel of channels) {
        session.subscriptions[kind].add(channel)
        session.push([kind, channel, this.#count(session, kind)])
      }
      return true
    }
    const kind = ends[name]
    if (kind === undefined) return false
    const subscribed = session.subscriptions[kind]
    const given = channels.length === 0 ? [...subscribed] : channels
    const word = name.toLowerCase()
    for (const channel of given) {
      subscribed.delete(channel)
      session.push([word, channel, this.#count(session, kind)])
    }
    if (given.length === 0) session.push([word, null, this.#count(session, kind)])
    return true
  }

  /** @returns how many got it */
  deliver(channel: string, message: string, isSharded = false): number {
    let count = 0
    for (const session of this.#sessions()) {
      const { subscribe, psubscribe, ssubscribe } = session.subscriptions
      if (isSharded) {
        if (!ssubscribe.has(channel)) continue
        session.push(['smessage', channel, message])
        count++
        continue
      }
      if (subscribe.has(channel)) {
        session.push(['message', channel, message])
        count++
      }
      for (const pattern of psubscribe) {
        if (!matches(pattern, channel)) continue
        session.push(['pmessage', pattern, channel, message])
        count++
      }
    }
    return count
  }

  /** What a RESP2 connection that is subscribed answers to PING. */
  pong(session: ClientSession, text: string | undefined): Reply {
    if (session.protocol === 2 && session.isSubscriber) return ['pong', text ?? '']
    return text ?? new SimpleString('PONG')
  }

  #count(session: ClientSession, kind: SubscriptionKind): number {
    return kind === 'ssubscribe' ? session.subscriptions.ssubscribe.size : session.subscriptionCount
  }
}

/** Glob patterns of `*` and literal characters: no other is used here. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
