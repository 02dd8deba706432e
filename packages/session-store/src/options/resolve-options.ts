import { SessionOptionError } from '../errors.js'
import { KeyRing } from '../payload/key-ring.js'
import { FRAMEWORK_NAMES } from '../payload/safe-json.js'
import type { StandardSchema } from '../payload/standard-schema.js'
import type { Durability } from '../storage/script-executor.js'
import type { SessionNode, SessionRedis } from '../storage/session-redis.js'
import { LONGEST_LIFE } from './expiry.js'
import { flag, refused, whole, withMethods } from './option-checks.js'
import type { ConflictPolicy, SessionPolicy, UnavailablePolicy } from './session-store-options.js'

/** Checked options with every default filled in. */
export interface Settings<Data extends object> {
  readonly client: SessionRedis
  readonly adminClient: SessionNode
  readonly prefix: string
  readonly hashIds: boolean
  readonly idleTimeout: number | undefined
  readonly absoluteTimeout: number
  readonly touchAfter: number
  readonly tombstone: number
  readonly conflict: ConflictPolicy
  readonly durability: Durability | undefined
  readonly nearCache: { readonly maxAge: number } | undefined
  readonly onUnavailable:
    | 'error'
    | 'anonymous'
    | { readonly stale: number; readonly maxEntries: number }
  readonly deadline: number
  readonly userId: ((session: Data) => string | number | null | undefined) | undefined
  readonly maxSessionsPerUser: number | undefined
  readonly maxPayload: number
  readonly compressAbove: number | undefined
  readonly keys: KeyRing | undefined
  readonly acceptPlaintext: boolean
  readonly schema: StandardSchema<Data> | undefined
  readonly reservedNames: ReadonlySet<string>
  readonly connectRedis:
    | { readonly mode: 'share' | 'replace'; readonly prefix: string; readonly client: SessionRedis }
    | undefined
}

const POLICIES: readonly unknown[] = ['merge', 'retry', 'error', 'last-write']

/**
 * @param openClient called last, when nothing else can be wrong
 * @throws SessionOptionError that names the option, what it got and what it takes.
 */
export function resolveOptions<Data extends object>(
  options: SessionPolicy<Data>,
  openClient: () => SessionRedis,
): Settings<Data> {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('Give `sentinels: [...]`, or an existing client as `client`')
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === null) throw refused(name, value, 'a value; without it the default applies')
  }
  const conflict = options.conflict ?? 'merge'
  if (!POLICIES.includes(conflict)) throw refused('conflict', conflict, POLICIES.join(', '))
  const idleTimeout = optional('idleTimeout', options.idleTimeout, LONGEST_LIFE)
  const touchAfter = whole('touchAfter', options.touchAfter ?? 60_000, 0, LONGEST_LIFE)
  if (options.touchAfter !== undefined && touchAfter >= (idleTimeout ?? Infinity)) {
    throw refused('touchAfter', touchAfter, 'less than idleTimeout')
  }
  if (options.maxSessionsPerUser !== undefined && options.userId === undefined) {
    throw refused('maxSessionsPerUser', options.maxSessionsPerUser, 'the option userId as well')
  }
  const connectRedis = options.connectRedis
  if (connectRedis !== undefined && !['share', 'replace'].includes(connectRedis.mode)) {
    throw refused('connectRedis.mode', connectRedis.mode, 'share or replace')
  }
  const { encryption } = options
  if (connectRedis !== undefined && encryption !== undefined && !encryption.acceptPlaintext) {
    throw new SessionOptionError(
      'Option connectRedis reads sessions that are not encrypted: set encryption.acceptPlaintext while ' +
        'they are migrated, or remove connectRedis',
    )
  }
  const ownPrefix = prefix('prefix', options.prefix ?? 'sess:')
  const oldPrefix = prefix('connectRedis.prefix', connectRedis?.prefix ?? ownPrefix)
  const policy = {
    prefix: ownPrefix,
    hashIds: flag('hashIds', options.hashIds ?? true),
    idleTimeout,
    absoluteTimeout:
      optional('absoluteTimeout', options.absoluteTimeout, LONGEST_LIFE) ?? LONGEST_LIFE,
    touchAfter,
    tombstone: whole('tombstone', options.tombstone ?? 300_000, 1, LONGEST_LIFE),
    conflict,
    durability: durability(options.durability),
    nearCache: nearCache(options.nearCache),
    onUnavailable: onUnavailable(options.onUnavailable ?? 'error'),
    deadline: whole('deadline', options.deadline ?? 10_000, 1, 2 ** 31 - 1),
    userId: userId(options.userId),
    maxSessionsPerUser:
      options.maxSessionsPerUser === undefined
        ? undefined
        : whole('maxSessionsPerUser', options.maxSessionsPerUser, 1, 10_000),
    maxPayload: whole('maxPayload', options.maxPayload ?? 65_536, 2, 2 ** 29),
    compressAbove:
      options.compression === undefined
        ? undefined
        : whole('compression.above', options.compression.above, 0, 2 ** 29),
    keys: options.encryption === undefined ? undefined : new KeyRing(options.encryption.keys),
    acceptPlaintext: flag(
      'encryption.acceptPlaintext',
      options.encryption?.acceptPlaintext ?? false,
    ),
    schema: schema(options.schema),
    reservedNames: new Set(['cookie', ...reservedNames(options.reservedNames)]),
  }
  const oldClient = optionalClient('connectRedis.client', connectRedis?.client, ['get', 'evalsha'])
  const ownAdmin = optionalClient('adminClient', options.adminClient, ['scan', 'unlink'])
  const client = openClient()
  return Object.freeze({
    ...policy,
    client,
    adminClient: ownAdmin ?? client,
    connectRedis:
      connectRedis === undefined
        ? undefined
        : {
            mode: connectRedis.mode,
            prefix: oldPrefix,
            client: oldClient ?? client,
          },
  })
}

function optional(option: string, value: number | undefined, most: number): number | undefined {
  return value === undefined ? undefined : whole(option, value, 1, most)
}

function optionalClient<Client extends SessionNode>(
  option: string,
  client: Client | undefined,
  methods: readonly string[],
): Client | undefined {
  if (client === undefined) return undefined
  return withMethods(option, client, methods, 'a Disredis client or an ioredis Redis')
}

function userId<Data extends object>(
  option: SessionPolicy<Data>['userId'],
): Settings<Data>['userId'] {
  if (option === undefined || typeof option === 'function') return option
  throw refused('userId', option, 'a function of the session')
}

function schema<Data>(option: StandardSchema<Data> | undefined): StandardSchema<Data> | undefined {
  if (option === undefined) return undefined
  withMethods('schema', option['~standard'], ['validate'], 'a Standard Schema')
  return option
}

function reservedNames(option: Iterable<string> = FRAMEWORK_NAMES): string[] {
  const isList = typeof option === 'object' && typeof option[Symbol.iterator] === 'function'
  const names: unknown[] = isList ? [...option] : [undefined]
  if (names.every((name) => typeof name === 'string')) return names
  throw refused('reservedNames', option, 'a list of names')
}

function prefix(option: string, value: unknown): string {
  // A brace would move all sessions to one slot, and with it to one shard.
  if (typeof value === 'string' && value.length > 0 && !/[{}]/.test(value)) return value
  throw refused(option, value, 'a non-empty string without braces')
}

function durability(value: Durability | undefined): Durability | undefined {
  if (value === undefined) return undefined
  return Object.freeze({
    replicas: whole('durability.replicas', value.replicas, 1, 1_000),
    timeout: whole('durability.timeout', value.timeout, 1, 2 ** 31 - 1),
  })
}

function nearCache(value: SessionPolicy<object>['nearCache']): Settings<object>['nearCache'] {
  if (value === undefined) return undefined
  if (typeof value !== 'object') throw refused('nearCache', value, '{ maxAge: ms }')
  return Object.freeze({
    maxAge: whole('nearCache.maxAge', value.maxAge ?? 10_000, 1, 2 ** 31 - 1),
  })
}

function onUnavailable(value: UnavailablePolicy): Settings<object>['onUnavailable'] {
  if (value === 'error' || value === 'anonymous') return value
  if (typeof value === 'object' && value !== null) {
    return Object.freeze({
      stale: whole('onUnavailable.stale', value.stale, 1, LONGEST_LIFE),
      maxEntries: whole('onUnavailable.maxEntries', value.maxEntries ?? 1_000, 1, 1_000_000),
    })
  }
  throw refused('onUnavailable', value, "'error', 'anonymous' or { stale: ms }")
}
