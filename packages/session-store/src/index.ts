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
  SessionUnauthenticError,
  SessionUnavailableError,
  SessionUndecodableError,
} from './errors.js'
export {
  OPERATION_CHANNEL,
  type SessionOperation,
  type SessionOperationEvent,
} from './operations/operation-events.js'
export type {
  DestroyResult,
  SaveOptions,
  SaveOutcome,
  SaveResult,
  SessionChange,
  TouchOptions,
} from './operations/save-result.js'
export type { ClearResult, SessionEntry } from './operations/session-admin.js'
export type { SessionHandle, SessionSource } from './operations/session-handle.js'
export type { LockOptions, SessionLock } from './operations/session-lock.js'
export type { LoadedSession } from './operations/session-reader.js'
export type {
  ConflictPolicy,
  ConnectRedisOptions,
  SessionConnection,
  SessionPolicy,
  SessionStoreOptions,
  UnavailablePolicy,
} from './options/session-store-options.js'
export type { EncryptionKey } from './payload/key-ring.js'
export { FRAMEWORK_NAMES } from './payload/safe-json.js'
export type { CookieInput, SessionCookie } from './payload/session-cookie.js'
export type { SchemaResult, StandardSchema } from './payload/standard-schema.js'
export {
  type LoadOptions,
  type SessionData,
  type SessionInput,
  SessionStore,
} from './session-store.js'
export type { Durability } from './storage/script-executor.js'
export { checkSessionId } from './storage/session-id.js'
export type {
  ScriptArgument,
  ScriptRunner,
  SessionNode,
  SessionRedis,
} from './storage/session-redis.js'
