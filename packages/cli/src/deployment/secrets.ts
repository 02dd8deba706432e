import { createHash, randomBytes } from 'node:crypto'

/** Whom a deployment knows. Each has the rights that it needs and no more. */
export const accounts = [
  'app',
  'replication',
  'sentinel',
  'doctor',
  'operator',
  'sentinel-peer',
  'sentinel-app',
] as const

export type Account = (typeof accounts)[number]
export type Secrets = Readonly<Record<Account, string>>

/** New passwords; `known` ones stay, so that a deployment can be written again. */
export function makeSecrets(known: Partial<Secrets> = {}): Secrets {
  const entries = accounts.map((account) => [
    account,
    known[account] ?? randomBytes(24).toString('base64url'),
  ])
  return Object.fromEntries(entries) as Secrets
}

/** For examples that are published: everybody can see that they are to be replaced. */
export function placeholderSecrets(): Secrets {
  return Object.fromEntries(accounts.map((account) => [account, `change-me-${account}`])) as Secrets
}

/** As ACL files take a password that is not to be read from them. */
export function hashed(password: string): string {
  return `#${createHash('sha256').update(password).digest('hex')}`
}
