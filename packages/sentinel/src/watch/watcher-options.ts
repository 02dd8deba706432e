import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { type Address, type OpenSocket, type Runtime, systemRuntime } from '@disredis/connection'
import { InvalidOptionError } from '../errors.js'
import type { SentinelDialer } from '../link/sentinel-link.js'
import { isHost, isPort } from '../protocol/host-and-port.js'
import type { NatMap } from '../protocol/read-address.js'
import { parseSentinels } from './parse-sentinels.js'

export interface SentinelWatcherOptions {
  /** The seeds: `'h1:26379,h2'`, or an array. Names are resolved anew at every dial. */
  readonly sentinels: string | readonly (string | Address)[]
  /** The masters to watch. Default: those that a majority of the answering Sentinels report. */
  readonly masters?: readonly string[] | undefined
  /** ACL user on the Sentinels. */
  readonly username?: string | undefined
  /** Password on the Sentinels, not on the data nodes. */
  readonly password?: string | undefined
  /** TLS to the Sentinels; `true` for the system's certificate authorities. Default: none. */
  readonly tls?: ConnectionOptions | true | undefined
  /** Applied to every address that a Sentinel names: masters, replicas and Sentinels. */
  readonly natMap?: NatMap | undefined
  /**
   * Says of every address that a Sentinel names, after `natMap`, whether it may be connected to. One that may
   * not is refused as unusable and reported. Default: all.
   */
  readonly allowAddress?: ((address: Address) => boolean) | undefined
  /** The longest time between two questions to one Sentinel, in ms: 1 to 1000. Default 1000. */
  readonly pollInterval?: number | undefined
  /**
   * How long one Sentinel may take to answer, in ms, beyond the way there and back, which the handshake shows.
   * After it the link is dialled anew: a busy Sentinel should not lose it, since it may lead a failover just
   * then. Default 1000.
   */
  readonly timeout?: number | undefined
  /** How long one Sentinel may take to connect, log in and subscribe, in ms. Default 2000. */
  readonly connectTimeout?: number | undefined
  /** How long `start()` may take, in ms. Default 10000. */
  readonly startTimeout?: number | undefined
  /** `CLIENT SETNAME` on the Sentinels, without spaces. Default `disredis`. */
  readonly connectionName?: string | undefined
  /** Resolves host names. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined
  /** Clock, timers and randomness. Default: those of this process. */
  readonly runtime?: Runtime | undefined
  /** Opens the sockets: for simulations. Default: TCP or TLS. */
  readonly openSocket?: OpenSocket | undefined
  /** Connects to a Sentinel. Default: a RESP3 connection. */
  readonly dial?: SentinelDialer | undefined
}

/** Options with every default in its place. Frozen. */
export interface ResolvedWatcherOptions extends SentinelWatcherOptions {
  readonly sentinels: readonly Address[]
  readonly masters: readonly string[] | undefined
  readonly pollInterval: number
  readonly timeout: number
  readonly connectTimeout: number
  readonly startTimeout: number
  readonly connectionName: string
  readonly runtime: Runtime
}

/** The longest that a missed event may stay unnoticed, in ms. */
const longestPollInterval = 1000
const longestTime = 2 ** 31 - 1

/**
 * @throws InvalidAddressError for `sentinels`
 * @throws InvalidOptionError for anything else; the message names the option
 */
export function resolveWatcherOptions(options: SentinelWatcherOptions): ResolvedWatcherOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('A SentinelWatcher takes an object with `sentinels`')
  }
  checkNatMap(options.natMap)
  checkTls(options.tls)
  checkFunction('lookup', options.lookup)
  checkFunction('allowAddress', options.allowAddress)
  checkFunction('openSocket', options.openSocket)
  checkFunction('dial', options.dial)
  return Object.freeze({
    ...options,
    sentinels: Object.freeze(parseSentinels(options.sentinels)),
    masters: masterNames(options.masters),
    username: text('username', options.username),
    password: text('password', options.password),
    pollInterval: milliseconds('pollInterval', options.pollInterval, 1000, longestPollInterval),
    timeout: milliseconds('timeout', options.timeout, 1000),
    connectTimeout: milliseconds('connectTimeout', options.connectTimeout, 2000),
    startTimeout: milliseconds('startTimeout', options.startTimeout, 10_000),
    connectionName: connectionName(options.connectionName),
    runtime: options.runtime ?? systemRuntime,
  })
}

function milliseconds(
  option: string,
  value: number | undefined,
  byDefault: number,
  most = longestTime,
): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && value >= 1 && value <= most) return value
  throw new InvalidOptionError(`\`${option}\` takes 1 to ${most} ms, not ${String(value)}`)
}

function text(option: string, value: string | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new InvalidOptionError(`\`${option}\` takes a string, not ${typeof value}`)
}

function connectionName(value: string | undefined): string {
  if (value === undefined) return 'disredis'
  // Redis: "Client names cannot contain spaces, newlines or special characters."
  if (typeof value === 'string' && /^[!-~]+$/u.test(value)) return value
  throw new InvalidOptionError(
    '`connectionName` takes visible ASCII characters without spaces, as Redis does',
  )
}

function masterNames(value: readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  const isList = Array.isArray(value) && value.length > 0
  if (!isList || value.some((name) => typeof name !== 'string' || name === '')) {
    throw new InvalidOptionError('`masters` takes an array of at least one Sentinel master name')
  }
  const names = [...new Set(value)].sort()
  if (names.length === value.length) return Object.freeze(names)
  throw new InvalidOptionError('`masters` names a master twice')
}

function checkNatMap(natMap: NatMap | undefined): void {
  if (natMap === undefined || typeof natMap === 'function') return
  if (typeof natMap !== 'object' || natMap === null) {
    throw new InvalidOptionError('`natMap` takes an object or a function')
  }
  for (const [from, to] of Object.entries(natMap)) {
    if (isHost(to?.host) && isPort(to?.port)) continue
    throw new InvalidOptionError(
      `\`natMap\` maps "${from}" to something that is not { host, port }`,
    )
  }
}

function checkTls(tls: ConnectionOptions | true | undefined): void {
  if (tls === undefined || tls === true || (typeof tls === 'object' && tls !== null)) return
  throw new InvalidOptionError('`tls` takes `true` or the options of `tls.connect`')
}

function checkFunction(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new InvalidOptionError(`\`${option}\` takes a function`)
}
