import { SessionPartialError, type SessionStore } from '@disredis/session-store'
import type { SessionData } from 'express-session'
import type { StoredSession } from './store-options.js'

type Sessions = SessionStore<StoredSession>

export async function allSessions(store: Sessions): Promise<SessionData[]> {
  const sessions: SessionData[] = []
  for await (const { data, cookie } of store.sessions()) {
    sessions.push({ ...data, cookie } as SessionData)
  }
  return sessions
}

/** Of each session once, also while it moves. */
export async function allRefs(store: Sessions): Promise<string[]> {
  const refs = new Set<string>()
  for await (const { ref } of store.sessions()) refs.add(ref)
  return [...refs]
}

/** @throws SessionPartialError if some master could not be asked. */
export async function clearAll(store: Sessions): Promise<void> {
  const { failures } = await store.clear()
  if (failures.length > 0) throw new SessionPartialError(failures)
}
