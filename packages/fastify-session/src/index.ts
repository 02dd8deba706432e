export {
  type ConflictPolicy,
  type ConnectRedisOptions,
  type DestroyResult,
  type Durability,
  type EncryptionKey,
  type LockOptions,
  OPERATION_CHANNEL,
  SessionConflictError,
  type SessionCounters,
  SessionDurabilityError,
  type SessionEntry,
  SessionIdError,
  SessionInvalidError,
  SessionLockError,
  type SessionOperationEvent,
  SessionOptionError,
  SessionPartialError,
  SessionStoreClosedError,
  SessionStoreError,
  SessionTooLargeError,
  SessionUnavailableError,
  SessionUndecodableError,
  type UnavailablePolicy,
} from '@disredis/session-store'
export type { UserOption } from '@disredis/session-store/adapter'
export { disredisSession as default, disredisSession } from './disredis-session.js'
export {
  DisredisStore,
  type DisredisStoreOptions,
  type FastifyPolicy,
  type StoredSession,
} from './disredis-store.js'
export type { DisredisSessionOptions } from './plugin-options.js'
