import { execFileSync } from 'node:child_process'

/** Brings up loopback in the network namespace that this process was started in (`unshare`). */
export function enterNamespace(): void {
  if (process.env.DISREDIS_CHAOS_NAMESPACE === undefined) {
    throw new Error('This scenario runs in a network namespace of its own only')
  }
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
}
