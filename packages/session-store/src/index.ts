export type { ConnectRedisOptions } from './connect-redis-options.js'
export type { SessionCounters } from './counters.js'
export {
  type NodeFailure,
  SessionConflictError,
  SessionDurabilityError,
  SessionIdError,
  SessionInvalidError,
  SessionLockError,
  SessionOptionError,
  SessionPartialError,
  SessionStoreClosedError,
  SessionStoreError,
  SessionTooLargeError,
  SessionUnavailableError,
  SessionUndecodableError,
} from './errors.js'
export type { EncryptionKey } from './key-ring.js'
export {
  OPERATION_CHANNEL,
  type SessionOperation,
  type SessionOperationEvent,
} from './operation-events.js'
export { FRAMEWORK_NAMES } from './safe-json.js'
export type {
  DestroyResult,
  SaveOptions,
  SaveOutcome,
  SaveResult,
  TouchOptions,
} from './save-result.js'
export type { ClearResult, SessionEntry } from './session-admin.js'
export type { CookieInput, SessionCookie } from './session-cookie.js'
export type { SessionHandle, SessionSource } from './session-handle.js'
export { checkSessionId } from './session-id.js'
export type { LockOptions, SessionLock } from './session-lock.js'
export type { LoadedSession } from './session-reader.js'
export type { ScriptArgument, ScriptRunner, SessionNode, SessionRedis } from './session-redis.js'
export { type SessionData, type SessionInput, SessionStore } from './session-store.js'
export type {
  ConflictPolicy,
  Durability,
  SessionConnection,
  SessionPolicy,
  SessionStoreOptions,
  UnavailablePolicy,
} from './session-store-options.js'
export type { SchemaResult, StandardSchema } from './standard-schema.js'
