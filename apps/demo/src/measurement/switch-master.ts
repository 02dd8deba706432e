import type { Address } from '@disredis/sentinel'

/** What a `+switch-master` says. */
export interface SwitchMaster {
  readonly shard: string
  readonly from: Address
  readonly to: Address
}

/** `NAME oldip oldport newip newport`; undefined for anything else. */
export function parseSwitchMaster(message: string): SwitchMaster | undefined {
  const groups = /^(?<shard>\S+) (?<from>\S+) (?<fromPort>\d+) (?<to>\S+) (?<toPort>\d+)$/.exec(
    message,
  )?.groups
  if (groups === undefined) return undefined
  const { shard = '', from = '', fromPort, to = '', toPort } = groups
  return {
    shard,
    from: { host: from, port: Number(fromPort) },
    to: { host: to, port: Number(toPort) },
  }
}
