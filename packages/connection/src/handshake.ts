import type { Connection } from './connection.js'
import type { Argument } from './encode-request.js'
import { ConnectionLostError, ReplyError } from './errors.js'
import type { Runtime } from './runtime.js'
import { withoutArguments } from './without-arguments.js'

/** A command's name and its arguments. */
export type Request = readonly [name: string, ...args: Argument[]]

export interface HandshakeOptions {
  /** ACL user. Without a password it is not used. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** `CLIENT SETNAME`: visible ASCII without spaces. Default: none. */
  readonly connectionName?: string | undefined
  /** Database number. Default 0, which is not sent: Sentinels have none. */
  readonly db?: number | undefined
  /** Sent in the same packet; their replies are in {@link Handshake.replies}. */
  readonly requests?: readonly Request[] | undefined
  /** Channels to subscribe to in the same packet. A refusal of them fails the handshake. */
  readonly channels?: readonly string[] | undefined
}

/** What a node said of itself and to what was asked in the handshake. */
export interface Handshake {
  /** `redis`, `valkey`, ...; empty, as the others, if the node does not tell. */
  readonly server: string
  readonly version: string
  /** Of this connection on the server: `CLIENT LIST ID`. 0 if the node does not tell. */
  readonly id: number
  /** `standalone`, `sentinel`, `cluster` */
  readonly mode: string
  /**
   * The way there and back, as far as this handshake shows: ms from its packet to the last reply. At most 500:
   * beyond it this process or the node was busy.
   */
  readonly roundTrip: number
  /** One for each of {@link HandshakeOptions.requests}; a refused one's is its {@link ReplyError}. */
  readonly replies: readonly unknown[]
}

/** ms. */
const longestRoundTrip = 500

/**
 * HELLO 3 with AUTH and SETNAME, SELECT, and what else is asked for: one packet, one round trip. Rejects
 * with the server's refusal of HELLO, SELECT or SUBSCRIBE, or with the loss of the connection.
 */
export async function shakeHands(
  connection: Connection,
  options: HandshakeOptions & { readonly runtime: Runtime },
): Promise<Handshake> {
  const { runtime } = options
  const start = runtime.now()
  const { db = 0, requests = [], channels = [] } = options
  const hello = connection.request('HELLO', ...helloArguments(options))
  const required: Promise<unknown>[] = []
  if (db !== 0) required.push(connection.request('SELECT', String(db)))
  const replies = requests.map(([name, ...args]) => optional(connection.request(name, ...args)))
  for (const reply of replies) reply.catch(ignore)
  if (channels.length > 0) required.push(connection.subscribe('SUBSCRIBE', ...channels))
  // The first refusal is the cause of those that follow it; none of them goes unhandled.
  for (const reply of required) reply.catch(ignore)
  let fields: ReadonlyMap<string, unknown>
  try {
    fields = fieldsOf(await hello)
    if (Number(fields.get('proto')) !== 3)
      throw new ReplyError(`The server does not speak RESP3: ${whatSpeaks}`)
    for (const reply of required) await reply
  } catch (error) {
    throw withoutArguments(error as Error)
  }
  const answers = await Promise.all(replies)
  return {
    roundTrip: Math.min(longestRoundTrip, runtime.now() - start),
    server: String(fields.get('server') ?? ''),
    version: String(fields.get('version') ?? ''),
    id: Number(fields.get('id') ?? 0),
    mode: String(fields.get('mode') ?? ''),
    replies: answers,
  }
}

function helloArguments({ username, password, connectionName }: HandshakeOptions): string[] {
  const args = ['3']
  if (password !== undefined) args.push('AUTH', username ?? 'default', password)
  if (connectionName !== undefined) args.push('SETNAME', connectionName)
  return args
}

/** An error reply is an answer as well. */
function optional(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: Error) => {
    if (error instanceof ConnectionLostError || error instanceof TypeError) throw error
    return withoutArguments(error)
  })
}

const whatSpeaks = 'Redis 6.2 or newer, or Valkey, is needed'

/** What is to be done about a refusal of HELLO, beyond the words of the server. */
export function adviceOn(refusal: Error): string | undefined {
  const isOld = /^(?:ERR unknown command .?HELLO|NOPROTO)/i.test(refusal.message)
  return isOld ? whatSpeaks : undefined
}

function fieldsOf(reply: unknown): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>()
  if (!Array.isArray(reply)) return fields
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), reply[i + 1])
  return fields
}

function ignore(): void {}
