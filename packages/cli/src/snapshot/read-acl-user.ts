import { createHash } from 'node:crypto'
import type { AclUser } from './snapshot.js'

/** Reads a line of `ACL LIST`, `user NAME on #hash ~* &* +@all`. */
export function readAclUser(line: string): AclUser {
  const [, name = '', ...rules] = line.trim().split(/\s+/u)
  return {
    name,
    isOn: rules.includes('on'),
    hasNoPassword: rules.includes('nopass'),
    hasAllRights: rules.includes('+@all') && (rules.includes('~*') || rules.includes('allkeys')),
    // Servers order the rules alike, but not the passwords.
    digest: createHash('sha256')
      .update([name, ...rules.sort()].join(' '))
      .digest('hex'),
  }
}
