import type { ConnectionOptions } from 'node:tls'
import { systemRuntime } from '@disredis/connection'
import { InvalidOptionError, parseSentinels } from '@disredis/sentinel'
import { readFromValues } from '../commands/call-policy.js'
import type {
  DisredisOptions,
  GivenOptions,
  MoreOptions,
  ResolvedOptions,
} from './disredis-options.js'
import { type Options, readIoredisOptions } from './ioredis-options.js'
import { lookupByFamily } from './lookup-by-family.js'
import { count, flag, milliseconds, oneOf, text, word } from './option-checks.js'
import { parseUrl } from './parse-url.js'

/**
 * @throws InvalidOptionError that names the option, what it got and what it takes
 * @throws InvalidAddressError for `sentinels`
 */
export function resolveOptions(given: GivenOptions, more?: MoreOptions): ResolvedOptions {
  const options = readIoredisOptions(readGiven(given, more))
  const { username, password } = options
  text('username', username)
  text('password', password)
  text('keyPrefix', options.keyPrefix)
  text('name', options.name)
  if (options.credentials !== undefined && typeof options.credentials !== 'function') {
    throw new InvalidOptionError('`credentials` takes a function')
  }
  if (options.allowAddress !== undefined && typeof options.allowAddress !== 'function') {
    throw new InvalidOptionError('`allowAddress` takes a function')
  }
  const probeInterval = options.failoverGate?.probeInterval
  const silenceTimeout = milliseconds('silenceTimeout', options.silenceTimeout, 200)
  const livenessTimeout = milliseconds(
    'livenessTimeout',
    options.livenessTimeout,
    Math.max(1000, silenceTimeout * 2),
  )
  if (livenessTimeout <= silenceTimeout) {
    throw new InvalidOptionError(
      `\`livenessTimeout\` takes more than \`silenceTimeout\`, ${silenceTimeout} ms, not ${livenessTimeout}`,
    )
  }
  const family = oneOf('family', options.family, [0, 4, 6] as const)
  return Object.freeze({
    ...options,
    sentinels: parseSentinels(options.sentinels),
    masters: options.masters ?? (options.name === undefined ? undefined : [options.name]),
    credentials: options.credentials ?? (() => ({ username, password })),
    tls: tlsOptions('tls', options.tls),
    sentinelTLS: tlsOptions('sentinelTLS', options.sentinelTLS),
    placement: oneOf<'enforce' | 'warn' | false>('placement', options.placement, [
      'enforce',
      'warn',
      false,
    ]),
    ringName: word('ringName', options.ringName, 'default'),
    db: count('db', options.db, 0, 0),
    connectTimeout: milliseconds('connectTimeout', options.connectTimeout, 2000),
    commandTimeout: milliseconds('commandTimeout', options.commandTimeout, 10_000),
    silenceTimeout,
    livenessTimeout,
    connectionName: text('connectionName', options.connectionName) ?? 'disredis',
    lazyConnect: flag('lazyConnect', options.lazyConnect, false),
    queue: Object.freeze({
      maxCommands: count('queue.maxCommands', options.queue?.maxCommands, 100_000, 0),
      maxBytes: count('queue.maxBytes', options.queue?.maxBytes, 64 * 1024 * 1024, 1),
    }),
    retryWrites: oneOf('retryWrites', options.retryWrites, ['never', 'idempotent'] as const),
    readFrom: oneOf('readFrom', options.readFrom, readFromValues),
    maxReplicaLag: count('maxReplicaLag', options.maxReplicaLag, 1024 * 1024, 0),
    readYourWrites: count('readYourWrites', options.readYourWrites, 1000, 0),
    failoverGate: Object.freeze({
      timeout: milliseconds('failoverGate.timeout', options.failoverGate?.timeout, 10_000),
      probeInterval:
        probeInterval === false
          ? false
          : milliseconds('failoverGate.probeInterval', probeInterval, 10),
      openOn: oneOf('failoverGate.openOn', options.failoverGate?.openOn, [
        'confirmed',
        'proven',
      ] as const),
    }),
    cache: resolveCache(options.cache),
    fenceAfter:
      options.fenceAfter === undefined
        ? undefined
        : milliseconds('fenceAfter', options.fenceAfter, 1),
    showFriendlyErrorStack: flag('showFriendlyErrorStack', options.showFriendlyErrorStack, false),
    stringNumbers: flag('stringNumbers', options.stringNumbers, false),
    family,
    runtime: options.runtime ?? systemRuntime,
    lookup: options.lookup ?? (family === 0 ? undefined : lookupByFamily[family]),
  })
}

/**
 * The options as they were given, whatever their form. `more` may add to them; what both say, they have to
 * say alike.
 */
export function readGiven(given: GivenOptions, more?: MoreOptions): DisredisOptions {
  const first = withoutGaps(readForm(given))
  const options = more === undefined ? first : merge(first, withoutGaps(more))
  return options as unknown as DisredisOptions
}

function merge(first: Options, more: Options): Options {
  for (const [name, value] of Object.entries(more)) {
    const said = first[name]
    // Options of TLS go further than the word of a URL.
    const isAlike = said === undefined || said === value || (said === true && name.endsWith('tls'))
    if (isAlike || (said === true && name === 'sentinelTLS')) continue
    throw new InvalidOptionError(`\`${name}\` is given twice, with different values`)
  }
  return { ...first, ...more }
}

/** As in ioredis, null is no value. */
function withoutGaps(options: object): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null))
}

function readForm(given: GivenOptions): object {
  if (typeof given === 'string') {
    return given.includes('://') ? parseUrl(given) : { sentinels: given }
  }
  if (Array.isArray(given)) return { sentinels: given }
  if (typeof given !== 'object' || given === null) {
    throw new InvalidOptionError(
      'Disredis takes "host:port,host:port", a redis-sentinel:// URL, an array of addresses, ' +
        `or options with \`sentinels\`, not ${given === null ? 'null' : typeof given}`,
    )
  }
  if ((given as DisredisOptions).sentinels == null) {
    const isIoredis = 'host' in given || 'port' in given
    throw new InvalidOptionError(
      '`sentinels` is missing: give the addresses of your Sentinels' +
        (isIoredis ? '; the client asks them for `host` and `port` of the masters' : ''),
    )
  }
  return given
}

function resolveCache(cache: DisredisOptions['cache']): ResolvedOptions['cache'] {
  if (cache === undefined) return undefined
  if (typeof cache !== 'object') {
    throw new InvalidOptionError('`cache` takes { maxBytes, maxStaleness, required }')
  }
  return Object.freeze({
    maxBytes: count('cache.maxBytes', cache.maxBytes, 64 * 1024 * 1024, 1),
    maxStaleness: milliseconds('cache.maxStaleness', cache.maxStaleness, 1000),
    required: flag('cache.required', cache.required, false),
  })
}

function tlsOptions(
  option: string,
  tls: ConnectionOptions | true | undefined,
): ConnectionOptions | undefined {
  if (tls === undefined) return undefined
  if (tls === true) return {}
  if (typeof tls === 'object' && tls !== null) return tls
  throw new InvalidOptionError(`\`${option}\` takes \`true\` or the options of \`tls.connect\``)
}
