/** What can be subscribed to: channels, patterns of channels, shard channels (Redis 7). */
export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe'

export const subscriptionKinds: readonly SubscriptionKind[] = [
  'subscribe',
  'psubscribe',
  'ssubscribe',
]

/** The command that ends it. */
export const ending = {
  subscribe: 'unsubscribe',
  psubscribe: 'punsubscribe',
  ssubscribe: 'sunsubscribe',
} as const satisfies Record<SubscriptionKind, string>

/** Channels on which servers tell of their own keys: `__keyevent@0__:expired`. */
const ofServers = /^__\w+@\d+__:/u

/**
 * It may be published to on any shard: a pattern, because a channel that it matches may live on any,
 * and a channel on which every master tells of its keys.
 */
export function isOfEveryShard(kind: SubscriptionKind, name: string | Buffer): boolean {
  if (kind === 'psubscribe') return true
  return kind === 'subscribe' && ofServers.test(name.toString('latin1'))
}
