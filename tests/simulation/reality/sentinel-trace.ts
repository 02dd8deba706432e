/** What one Sentinel published, in its order. */
export interface TracedEvent {
  /** ms. */
  readonly at: number
  readonly sentinel: string
  readonly channel: string
  readonly payload: string
}

/** What is compared: the course of failovers, and what Sentinels say of nodes. */
const compared =
  /^[+-](try-failover|new-epoch|vote-for-leader|elected-leader|selected-slave|failover-|promoted-slave|slave-reconf|switch-master|config-update-from|role-change|convert-to-slave|sdown|odown|reboot)/

/**
 * Which events may follow each other on one Sentinel: `+odown master > +new-epoch`. Of nodes, their
 * role in the event is kept and their address is not.
 */
export function successions(events: readonly TracedEvent[]): ReadonlySet<string> {
  const pairs = new Set<string>()
  const last = new Map<string, string>()
  for (const event of events) {
    if (!compared.test(event.channel)) continue
    const name = nameOf(event)
    const before = last.get(event.sentinel)
    if (before !== undefined) pairs.add(`${before} > ${name}`)
    last.set(event.sentinel, name)
  }
  return pairs
}

function nameOf({ channel, payload }: TracedEvent): string {
  const [kind] = payload.split(' ')
  const isOfInstance = kind === 'master' || kind === 'slave' || kind === 'sentinel'
  const role = /new reported role is (\w+)/.exec(payload)?.[1]
  return `${channel}${isOfInstance ? ` ${kind}` : ''}${role === undefined ? '' : ` ${role}`}`
}

/** ms from the first event on one channel to the first on another that follows it, by any Sentinel. */
export function timeBetween(
  events: readonly TracedEvent[],
  first: string,
  second: string,
): number | undefined {
  const start = events.find(({ channel }) => channel === first)
  if (start === undefined) return undefined
  const end = events.find(({ channel, at }) => channel === second && at >= start.at)
  return end === undefined ? undefined : end.at - start.at
}
