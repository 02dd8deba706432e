import type { Address } from '@disredis/sentinel'

/** What Sentinels publish of a failover, in the order in which it usually comes. */
export const failoverChannels = [
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+try-failover',
  '+elected-leader',
  '+selected-slave',
  '+promoted-slave',
  '+failover-end',
  '+switch-master',
  '+convert-to-slave',
  '-failover-abort-not-elected',
  '-failover-abort-no-good-slave',
  '-failover-abort-slave-timeout',
] as const

/** One message of one Sentinel about a shard. */
export interface SentinelNews {
  /** The channel, such as `+odown`. */
  readonly event: string
  readonly shard: string
  /** Whom it is about. */
  readonly about: 'master' | 'slave' | 'sentinel'
  readonly address: Address
  readonly sentinel: Address
  /** When this process read it, ms. */
  readonly at: number
}

/**
 * `master NAME IP PORT`, `slave ADDR IP PORT @ NAME IP PORT`, `NAME IP PORT IP PORT` of a switch;
 * undefined for anything else.
 */
export function parseNews(
  event: string,
  message: string,
): Pick<SentinelNews, 'shard' | 'about' | 'address'> | undefined {
  const words = message.split(' ')
  if (event === '+switch-master') {
    const [shard, , , host, port] = words
    return newsOf('master', shard, host, port)
  }
  const [type, name, host, port, at, master] = words
  if (type === 'master') return newsOf('master', name, host, port)
  if (type !== 'slave' && type !== 'sentinel') return undefined
  return at === '@' ? newsOf(type, master, host, port) : undefined
}

function newsOf(
  about: SentinelNews['about'],
  shard: string | undefined,
  host: string | undefined,
  port: string | undefined,
) {
  if (shard === undefined || host === undefined || !/^\d+$/.test(port ?? '')) return undefined
  return { about, shard, address: { host, port: Number(port) } }
}
