import fastifyCookie from '@fastify/cookie'
import type { FastifySessionOptions } from '@fastify/session'

type Secret = FastifySessionOptions['secret']
type Signer = Exclude<Secret, string | readonly string[]>

/** Requests under way at one time rarely are more; who is forgotten is signed once more. */
const mostRemembered = 1_000

/**
 * @fastify/session signs the id of every session that it loads, right after it has verified that very
 * signature. What was verified with the newest secret is remembered until then.
 *
 * @param secret a signer of the application's own is left as it is: it may sign differently each time
 */
export function rememberingSigner(secret: Secret, algorithm: string | undefined): Signer {
  if (typeof secret !== 'string' && !Array.isArray(secret)) return secret as Signer
  const secrets = (typeof secret === 'string' ? [secret] : secret) as readonly string[]
  // As bytes: a text would become them with each signature.
  const signer = new fastifyCookie.Signer(
    secrets.map((it) => Buffer.from(it)),
    algorithm,
  )
  const signed = new Map<string, string>()
  return {
    sign(id) {
      const known = signed.get(id)
      if (known === undefined) return signer.sign(id)
      signed.delete(id)
      return known
    },
    unsign(cookie) {
      const result = signer.unsign(cookie)
      if (result.valid && !result.renew) {
        if (signed.size >= mostRemembered) signed.clear()
        signed.set(result.value, cookie)
      }
      return result
    },
  }
}
