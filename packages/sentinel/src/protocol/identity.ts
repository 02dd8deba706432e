import { NotASentinelError, SentinelReplyError } from '../errors.js'
import { readMasters } from './poll.js'
import type { SentinelReply } from './read-reply.js'
import { listOf, refusalOf } from './read-reply.js'

/** The first questions on a new connection. */
export const identityCommands = [['ROLE'], ['SENTINEL', 'MYID'], ['SENTINEL', 'MASTERS']] as const

export interface SentinelIdentity {
  /** `SENTINEL MYID`: stays while the Sentinel moves, changes when its configuration is wiped. */
  readonly id: string
  /** The masters it watches. */
  readonly names: readonly string[]
}

/** @throws NotASentinelError, SentinelAuthError or SentinelReplyError */
export function readIdentity([role, id, masters]: readonly SentinelReply[]): SentinelIdentity {
  checkRole(listOf(role)[0])
  const refusal = refusalOf(id)
  if (refusal !== undefined) throw refusal
  if (typeof id !== 'string' || id === '') {
    throw new SentinelReplyError('SENTINEL MYID gave no id')
  }
  return { id, names: [...readMasters(masters ?? null).keys()] }
}

function checkRole(role: SentinelReply | undefined): void {
  if (role === 'sentinel') return
  if (role === 'master' || role === 'slave') {
    throw new NotASentinelError(
      `is a Redis data node (role ${role}), not a Sentinel; Sentinels usually listen on 26379`,
    )
  }
  throw new NotASentinelError('does not answer ROLE as a Sentinel does')
}
