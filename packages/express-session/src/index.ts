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
export type { Callback, UserOption } from '@disredis/session-store/adapter'
export {
  type DisredisSession,
  disredisSession,
  type SessionUnsavedEvent,
  UNSAVED_CHANNEL,
} from './disredis-session.js'
export type { DisredisSessionOptions } from './disredis-session-options.js'
export { DisredisStore } from './disredis-store.js'
export type { SessionMiddleware, SessionRequest } from './middleware.js'
export type {
  DisredisStoreOptions,
  ExpressPolicy,
  StoredSession,
} from './store-options.js'
