import { CorruptPayloadError } from '../payload/corrupt-payload-error.js'
import type { PayloadCodec } from '../payload/payload-codec.js'
import type { ScriptExecutor } from './script-executor.js'
import { destroyScript } from './scripts/destroy-script.js'
import { quarantineScript } from './scripts/quarantine-script.js'
import { saveScript } from './scripts/save-script.js'
import { touchScript } from './scripts/touch-script.js'
import type { SessionKey } from './session-keys.js'
import {
  type DestroyReply,
  type Found,
  isWrongType,
  type KeyState,
  type SavedIn,
  type SaveReply,
  type SessionWrite,
  type StoredSession,
  type TouchReply,
} from './session-layout.js'
import type { SessionRedis } from './session-redis.js'

const FIELDS = ['v', 'x', 'd', 'c', 'u', 'e', 't', 'a', 'o'] as const
const STAMPS = /^([0-9a-f]{64}:\d{1,16}( (?=[0-9a-f])|$))*$/
const DATA = FIELDS.indexOf('d')
const FOREIGN: Found = { layout: 'hash', found: { state: 'foreign' } }

export interface HashLayoutOptions {
  readonly client: SessionRedis
  /** Answers from the near cache what it can. */
  readonly near: Pick<SessionRedis, 'hmget' | 'hmgetBuffer'>
  readonly scripts: ScriptExecutor
  readonly codec: PayloadCodec
  readonly absoluteTimeout: number
  readonly tombstone: number
  /** ms since 1970, of a session that is created now: where its data says it, too. */
  readonly now: () => number
}

/**
 * The store's own layout, one round trip a method. One Redis hash per session: v(ersion), d(ata), c(ookie), u(ser), e(poch), t (created), a (touched),
 * x (ended, and why), l and m (lock), o (former owners), w (the last saves).
 */
export class HashLayout {
  readonly #options: HashLayoutOptions

  constructor(options: HashLayoutOptions) {
    this.#options = options
  }

  load(key: SessionKey, isFresh = true): Promise<Found> {
    const { codec } = this.#options
    if (!codec.isText) return this.#loadBytes(key, isFresh)
    return this.#client(isFresh)
      .hmget(key.name, ...FIELDS)
      .then(
        (fields) =>
          // Written by a process with other options: as text it has lost its bytes.
          codec.isReadable(fields[DATA])
            ? { layout: 'hash', found: this.#stateOf(fields, key) }
            : this.#loadBytes(key, isFresh),
        foreignOrError,
      )
  }

  #client(isFresh: boolean): HashLayoutOptions['near'] {
    return isFresh ? this.#options.client : this.#options.near
  }

  #loadBytes(key: SessionKey, isFresh: boolean): Promise<Found> {
    return this.#client(isFresh)
      .hmgetBuffer(key.name, ...FIELDS)
      .then((fields) => ({ layout: 'hash', found: this.#stateOf(fields, key) }), foreignOrError)
  }

  #stateOf(fields: readonly (string | Buffer | null)[], key: SessionKey): KeyState {
    const [version, ended, data, cookie, user, epoch, created, touched, former] = fields
    if (isSet(ended)) return { state: 'ended' }
    if (!isSet(version)) {
      return { state: fields.every((field) => field === null) ? 'absent' : 'foreign' }
    }
    const versionText = String(version)
    const epochTime = numberOf(epoch)
    const createdAt = numberOf(created)
    const touchedAt = numberOf(touched)
    const isWhole =
      /^\d+$/.test(versionText) &&
      Number.isSafeInteger(epochTime) &&
      Number.isSafeInteger(createdAt) &&
      Number.isSafeInteger(touchedAt) &&
      STAMPS.test(former?.toString() ?? '')
    if (!isWhole || !isSet(data) || !isSet(cookie))
      return { state: 'corrupt', version: versionText }
    const sealed = {
      cookie: cookie.toString(),
      user: user?.toString() ?? '',
      epoch: epochTime,
      formerOwners: former?.toString() ?? '',
      createdAt,
    }
    let text: string
    try {
      text = this.#options.codec.decode(data, contextOf(key, sealed))
    } catch (error) {
      if (error instanceof CorruptPayloadError) return { state: 'corrupt', version: versionText }
      throw error
    }
    return {
      state: 'live',
      session: { ...sealed, version: versionText, text, touchedAt },
    }
  }

  async isLive(key: SessionKey): Promise<boolean> {
    try {
      const [version, ended] = await this.#options.client.hmget(key.name, 'v', 'x')
      return isSet(version) && !isSet(ended)
    } catch (error) {
      if (isWrongType(error)) return false
      throw error
    }
  }

  /** A session, live or ended, or the lock of one in another layout. */
  async isOurs(key: SessionKey): Promise<boolean> {
    try {
      const fields = await this.#options.client.hmget(key.name, 'v', 'x', 'l')
      return fields.some((field) => isSet(field))
    } catch (error) {
      if (isWrongType(error)) return false
      throw error
    }
  }

  save(key: SessionKey, write: SessionWrite): Promise<SavedIn> {
    const { scripts, codec, absoluteTimeout, now } = this.#options
    const createdAt = write.createdAt ?? (codec.isSealing ? now() : undefined)
    const args = [
      expectedArgument(write.expected),
      codec.encode(write.text, contextOf(key, { ...write, createdAt: createdAt ?? 0 })),
      write.idle,
      absoluteTimeout,
      write.lockToken,
      createdAt ?? '',
      `${write.call},`,
    ]
    const isWhole = write.expected === 'absent' || codec.isSealing
    if (isWhole || !write.keepsCookie) args.push('c', write.cookie)
    if (isWhole || !write.keepsOwner) {
      args.push('u', write.user, 'e', write.epoch, 'o', write.formerOwners)
    }
    return scripts.runDurable(saveScript, key.name, args).then(
      (reply) => ({ layout: 'hash', reply: readSaved(reply as ScriptReply) }),
      (error: unknown) => {
        if (isWrongType(error)) return { layout: 'hash', reply: { status: 'foreign' } }
        throw error
      },
    )
  }

  /** @param cookie undefined: as it is stored. */
  async touch(key: SessionKey, cookie: string | undefined, idle: number): Promise<TouchReply> {
    const { scripts, absoluteTimeout } = this.#options
    const args = [cookie ?? '', idle, absoluteTimeout]
    try {
      const [status, touched] = (await scripts.run(touchScript, key.name, args)) as ScriptReply
      if (status === 'touched') return { status, touchedAt: Number(touched) }
      return { status: status === 'expired' ? 'expired' : 'gone' }
    } catch (error) {
      if (isWrongType(error)) return { status: 'gone' }
      throw error
    }
  }

  /** @param call names the call: repeated, it gets the same answer. */
  async destroy(key: SessionKey, call: string): Promise<DestroyReply> {
    const { scripts, tombstone } = this.#options
    try {
      const reply = await scripts.runDurable(destroyScript, key.name, [tombstone, call])
      const [status, user = ''] = reply as string[]
      return { existed: status === 'destroyed', user }
    } catch (error) {
      if (isWrongType(error)) return { existed: false, user: '' }
      throw error
    }
  }

  /** Ends a session that cannot be read, if it is still what was read. */
  async quarantine(key: SessionKey, version: string): Promise<boolean> {
    return this.#options.scripts.ask(quarantineScript, key.name, [version])
  }
}

type Sealed = Pick<StoredSession, 'cookie' | 'user' | 'epoch' | 'formerOwners' | 'createdAt'>

/** What encrypted data is bound to: its key, and the fields beside it that say whose it is, and since when. */
function contextOf(key: SessionKey, sealed: Sealed): () => string {
  const { cookie, user, epoch, formerOwners, createdAt } = sealed
  return () => JSON.stringify([key.name, cookie, user, epoch, formerOwners, createdAt])
}

function expectedArgument(expected: SessionWrite['expected']): string {
  if (expected === 'absent') return ''
  return expected === 'live' ? '*' : expected.version
}

function foreignOrError(error: unknown): Found {
  if (isWrongType(error)) return FOREIGN
  throw error
}

/** It may be empty. */
function isSet<Field>(field: Field | null | undefined): field is Field {
  return field !== null && field !== undefined
}

function numberOf(field: string | Buffer | null | undefined): number {
  return isSet(field) ? Number(field.toString()) : Number.NaN
}

/** Numbers are text if the client is set so. */
type ScriptReply = readonly [status: string, ...values: (string | number)[]]

function readSaved([status, version, touched, created]: ScriptReply): SaveReply {
  if (status === 'saved' || status === 'overtaken') {
    return {
      status: 'saved',
      version: String(version),
      touchedAt: Number(touched),
      createdAt: Number(created),
      isOvertaken: status === 'overtaken',
    }
  }
  return { status: status as Exclude<SaveReply['status'], 'saved'> }
}
