import { isIP } from 'node:net'
import { FleetError } from './fleet-error.js'
import { readTlsFiles, type TlsFiles } from './tls-files.js'

/** One IP address for all nodes of a role, or several that are dealt out in turn. */
export type BindAddress = string | readonly string[]

/** What a fleet consists of. Everything has a default; all times are in ms. */
export interface FleetOptions {
  /** Names of the masters, or how many: `shard-1`, `shard-2`, ... Default 1. */
  readonly masters?: number | readonly string[]
  /** Replicas of each master. Default 1. */
  readonly replicas?: number
  /** Default 3. */
  readonly sentinels?: number
  /** Sentinels that must agree that a master is down. Default: the majority of them. */
  readonly quorum?: number
  /**
   * Silence after which a Sentinel calls a node down, at least 500. Default 1000: failovers come
   * fast, but a machine that starves a server for that long gets one nobody asked for. Tests that do
   * not need a failover are safer with 5000 and more. It takes effect when the fleet has started.
   *
   * Below 2000 Sentinels ping, and redial, every half of it instead of once a second (Redis 7 and
   * Valkey): at their own pace they sometimes fail over again before they have dialled the new master.
   */
  readonly downAfter?: number
  /**
   * Limit of one failover attempt; after a failed one Sentinel waits twice as long for the next.
   * Default 10000: room enough on a loaded machine, and the second attempt still comes in a test's time.
   */
  readonly failoverTimeout?: number
  /**
   * Sentinel's own periods, by the names of `SENTINEL DEBUG`, ms: `{ 'info-period': 200,
   * 'publish-period': 200 }` has a restarted master back as a replica in a second instead of ten.
   * Redis 7 and Valkey only. Default: those of production, but see `downAfter` on `ping-period`.
   */
  readonly sentinelTimers?: Readonly<Record<string, number>>
  /** User that `password` belongs to. The default user is then off. Data nodes. */
  readonly username?: string
  /** Data nodes. Default: no password. */
  readonly password?: string
  /** More ACL users of the data nodes, as in `ACL SETUSER`: `app on >secret ~* &* +@all`. */
  readonly users?: readonly string[]
  /** As `username`, for Sentinels. */
  readonly sentinelUsername?: string
  /** As `password`, for Sentinels. */
  readonly sentinelPassword?: string
  /** As `users`, for Sentinels. */
  readonly sentinelUsers?: readonly string[]
  /**
   * TLS on every port, between nodes too. `true` makes a CA and a certificate (`fleet.tls`); or give
   * the paths of PEM files. Clients need no certificate of their own unless `clientAuth` is true.
   */
  readonly tls?: boolean | FleetTlsOptions
  /** IP addresses of this machine to listen on, by role. Default 127.0.0.1. */
  readonly bind?: {
    readonly masters?: BindAddress
    readonly replicas?: BindAddress
    readonly sentinels?: BindAddress
  }
  /** Lines added to the configuration of masters and replicas; they win over the fleet's own. */
  readonly dataConfig?: readonly string[]
  /** Lines added to the configuration of Sentinels. */
  readonly sentinelConfig?: readonly string[]
  /** Path of redis-server or valkey-server. Default: `ensureRedisServer()`. */
  readonly server?: string
  /** Environment variables added for the servers. */
  readonly env?: Readonly<Record<string, string>>
  /** Limit for the whole start and, by default, for every wait. Default 60000. */
  readonly timeout?: number
}

export interface FleetTlsOptions {
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
  /** Clients must show a certificate of the CA. Default false. */
  readonly clientAuth?: boolean
}

/** Options of `fleet.addMaster`. What is left out is as in the fleet's own options. */
export interface AddMasterOptions {
  readonly replicas?: number
  readonly dataConfig?: readonly string[]
}

export interface Bind {
  readonly masters: readonly string[]
  readonly replicas: readonly string[]
  readonly sentinels: readonly string[]
}

export interface TlsSettings {
  /** Undefined: the fleet makes its own. */
  readonly files: TlsFiles | undefined
  readonly clientAuth: boolean
}

/** Checked options with every default filled in. */
export interface Settings {
  readonly masters: readonly string[]
  readonly replicas: number
  readonly sentinels: number
  readonly quorum: number
  readonly downAfter: number
  readonly failoverTimeout: number
  readonly sentinelTimers: Readonly<Record<string, number>>
  readonly dataUsers: readonly string[]
  readonly sentinelUsers: readonly string[]
  readonly tls: TlsSettings | undefined
  readonly bind: Bind
  readonly dataConfig: readonly string[]
  readonly sentinelConfig: readonly string[]
  readonly server: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly timeout: number
}

/** @throws FleetError `DISREDIS_FLEET_OPTION` that names the option, what it got and what it takes. */
export function resolveOptions(options: FleetOptions): Settings {
  const sentinels = count('sentinels', options.sentinels ?? 3, 1)
  const quorum = count('quorum', options.quorum ?? Math.floor(sentinels / 2) + 1, 1)
  return Object.freeze({
    masters: masterNames(options.masters ?? 1),
    replicas: count('replicas', options.replicas ?? 1, 0),
    sentinels,
    quorum,
    downAfter: count('downAfter', options.downAfter ?? 1_000, 500),
    failoverTimeout: count('failoverTimeout', options.failoverTimeout ?? 10_000, 1),
    sentinelTimers: options.sentinelTimers ?? {},
    dataUsers: aclUsers('', options.username, options.password, options.users),
    sentinelUsers: aclUsers(
      'sentinel',
      options.sentinelUsername,
      options.sentinelPassword,
      options.sentinelUsers,
    ),
    tls: tlsSettings(options.tls ?? false),
    bind: {
      masters: bindAddresses('masters', options.bind?.masters ?? '127.0.0.1'),
      replicas: bindAddresses('replicas', options.bind?.replicas ?? '127.0.0.1'),
      sentinels: bindAddresses('sentinels', options.bind?.sentinels ?? '127.0.0.1'),
    },
    dataConfig: options.dataConfig ?? [],
    sentinelConfig: options.sentinelConfig ?? [],
    server: options.server,
    env: options.env ?? {},
    timeout: count('timeout', options.timeout ?? 60_000, 1),
  })
}

/** @throws FleetError unless Sentinel takes `name` for a master. */
export function checkMasterName(name: unknown): string {
  if (typeof name === 'string' && /^[A-Za-z0-9._-]+$/.test(name)) return name
  throw refused('masters', name, 'names of letters, digits, ".", "-" and "_" (a rule of Sentinel)')
}

function masterNames(masters: number | readonly string[]): readonly string[] {
  if (typeof masters === 'number') {
    return Array.from({ length: count('masters', masters, 1) }, (_, i) => `shard-${i + 1}`)
  }
  const names = masters.map(checkMasterName)
  if (names.length === 0 || new Set(names).size < names.length) {
    throw refused('masters', masters, 'at least one name, each once')
  }
  return names
}

/** @throws FleetError unless `value` is a whole number of at least `least`. */
export function count(option: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw refused(option, value, `a whole number of at least ${least}`)
}

function bindAddresses(role: string, value: BindAddress): readonly string[] {
  const addresses = typeof value === 'string' ? [value] : value
  if (addresses.length > 0 && addresses.every((address) => isIP(address) !== 0)) return addresses
  throw refused(`bind.${role}`, value, 'an IP address of this machine, or a list of them')
}

function tlsSettings(tls: boolean | FleetTlsOptions): TlsSettings | undefined {
  if (tls === false) return undefined
  const { caFile, certFile, keyFile, clientAuth = false } = tls === true ? {} : tls
  if (caFile === undefined && certFile === undefined && keyFile === undefined) {
    return { files: undefined, clientAuth }
  }
  if (caFile === undefined || certFile === undefined || keyFile === undefined) {
    throw refused('tls', tls, 'all of caFile, certFile and keyFile, or none')
  }
  try {
    return { files: readTlsFiles(caFile, certFile, keyFile), clientAuth }
  } catch (cause) {
    throw refused('tls', tls, 'paths of PEM files that can be read', cause)
  }
}

function aclUsers(
  prefix: '' | 'sentinel',
  username: string | undefined,
  password: string | undefined,
  more: readonly string[] | undefined,
): readonly string[] {
  const lines: string[] = []
  if (username !== undefined && password === undefined) {
    const option = prefix === '' ? 'username' : 'sentinelUsername'
    throw refused(option, username, 'a password as well')
  }
  if (password !== undefined) {
    const user = username ?? 'default'
    if (user !== 'default') lines.push('default off')
    lines.push(`${quote(user)} on ${quote(`>${password}`)} ~* &* +@all`)
  }
  return [...lines, ...(more ?? [])]
}

/** A word of a configuration file, whatever characters it has. */
export function quote(word: string): string {
  const bytes = [...Buffer.from(word)].map((byte) => {
    const char = String.fromCharCode(byte)
    if (char === '"' || char === '\\') return `\\${char}`
    return byte > 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${bytes.join('')}"`
}

function refused(option: string, value: unknown, takes: string, cause?: unknown): FleetError {
  const message = `Option ${option} is ${JSON.stringify(value)}; it takes ${takes}`
  return new FleetError('DISREDIS_FLEET_OPTION', message, { cause })
}
