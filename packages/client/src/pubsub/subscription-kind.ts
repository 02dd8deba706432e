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
