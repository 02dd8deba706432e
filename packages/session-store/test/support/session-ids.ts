import { randomBytes } from 'node:crypto'

/** A session id as express-session and @fastify/session make them. */
export function newId(): string {
  return randomBytes(24).toString('base64url')
}
