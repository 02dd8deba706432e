import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { type Address, parseSentinels } from '@disredis/sentinel'
import { UsageError } from './usage-error.js'

/** How to sign in to nodes of one kind. */
export interface NodeAccess {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: ConnectionOptions | true | undefined
}

/** A deployment that was there before the demo. */
export interface ExistingSettings {
  readonly sentinels: readonly Address[]
  readonly masters: readonly string[] | undefined
  readonly data: NodeAccess
  readonly sentinel: NodeAccess
}

type Environment = Readonly<Record<string, string | undefined>>

const dependents = [
  'DISREDIS_MASTERS',
  'DISREDIS_USERNAME',
  'DISREDIS_PASSWORD',
  'DISREDIS_SENTINEL_USERNAME',
  'DISREDIS_SENTINEL_PASSWORD',
  'DISREDIS_TLS',
]

/**
 * The deployment that the environment names; undefined: none.
 *
 * @throws UsageError that names the variable. It never repeats a password.
 */
export function deploymentSettings(env: Environment): ExistingSettings | undefined {
  const sentinels = env.DISREDIS_SENTINELS
  if (!sentinels) {
    const stray = dependents.find((name) => env[name])
    if (stray === undefined) return undefined
    throw new UsageError(
      `${stray} is set, but DISREDIS_SENTINELS is not: it names the deployment to use. ` +
        'Unset both to have a fleet started.',
    )
  }
  const tls = readTls(env.DISREDIS_TLS)
  return {
    sentinels: readSentinels(sentinels),
    masters: readMasters(env.DISREDIS_MASTERS),
    data: access('', env, tls),
    sentinel: access('SENTINEL_', env, tls),
  }
}

function readSentinels(text: string): readonly Address[] {
  try {
    return parseSentinels(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`DISREDIS_SENTINELS takes host:port,host:port. ${reason}`, { cause })
  }
}

function readMasters(text: string | undefined): readonly string[] | undefined {
  if (!text) return undefined
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new UsageError(`DISREDIS_MASTERS takes name,name, and got "${text}".`)
}

function access(kind: '' | 'SENTINEL_', env: Environment, tls: NodeAccess['tls']): NodeAccess {
  const username = env[`DISREDIS_${kind}USERNAME`] || undefined
  const password = env[`DISREDIS_${kind}PASSWORD`] || undefined
  if (username !== undefined && password === undefined) {
    throw new UsageError(`DISREDIS_${kind}USERNAME needs DISREDIS_${kind}PASSWORD beside it.`)
  }
  return { username, password, tls }
}

function readTls(value: string | undefined): NodeAccess['tls'] {
  if (!value || value === '0') return undefined
  if (value === '1') return true
  try {
    return { ca: readFileSync(value) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(
      `DISREDIS_TLS takes 1, or the path of a CA file, and that cannot be read: ${reason}`,
      { cause },
    )
  }
}
