import type { Address } from '@disredis/sentinel'
import type { Access } from '../connection/access.js'
import {
  NodeFailure,
  type NodeSession,
  type OpenNodeSession,
  type Reply,
  ReplyRefusal,
} from '../nodes/node-session.js'
import { readInfo, readList } from '../nodes/read-reply.js'
import { readAclUser } from './read-acl-user.js'
import { readCertificate } from './read-certificate.js'
import type { AclUser, Failure, ServerReport } from './snapshot.js'

/** How to ask, the same for every node. */
export interface Asking {
  readonly open: OpenNodeSession
  /** ms since 1970. */
  readonly now: () => number
  /** For one node, from the dial to the last answer, ms. */
  readonly timeout: number
}

/** Collects answers from one server, and what it refused. */
export interface Questions {
  /** The answer; undefined when the server refused, which is kept. @throws NodeFailure */
  ask(...command: readonly string[]): Promise<Reply | undefined>
  readonly refusals: Map<string, string>
}

export interface Visit {
  readonly address: Address
  readonly dialled: Address
  readonly access: Access
  /** A harmless question that only somebody with rights may ask. */
  readonly probe: readonly string[]
}

/**
 * Asks one server everything, within one limit of time. `more` asks what is special to its kind;
 * its result is undefined when the server could not be asked, or stopped answering on the way.
 */
export async function askServer<T>(
  visit: Visit,
  asking: Asking,
  more: (questions: Questions, info: ReadonlyMap<string, string>) => Promise<T>,
): Promise<{ readonly server: ServerReport; readonly more: T | undefined }> {
  const { address, dialled, access } = visit
  const endAt = performance.now() + asking.timeout
  const refusals = new Map<string, string>()
  const [asked, withoutPassword, certificate] = await Promise.all([
    converse(dialled, access, asking, endAt, refusals, more),
    askWithoutPassword(visit, asking),
    access.tls === undefined ? undefined : readCertificate(dialled, access, asking.timeout),
  ])
  const nothing: Answers<T> = { info: new Map(), users: undefined, clockOffset: undefined }
  const answers = asked.answers ?? nothing
  return {
    server: {
      address,
      dialled,
      failure: asked.failure,
      info: answers.info,
      users: answers.users,
      clockOffset: answers.clockOffset,
      withoutPassword,
      certificate,
      refusals,
    },
    more: answers.more,
  }
}

interface Answers<T> {
  readonly info: ReadonlyMap<string, string>
  readonly users: readonly AclUser[] | undefined
  readonly clockOffset: number | undefined
  readonly more?: T
}

async function converse<T>(
  dialled: Address,
  access: Access,
  { open, now, timeout }: Asking,
  endAt: number,
  refusals: Map<string, string>,
  more: (questions: Questions, info: ReadonlyMap<string, string>) => Promise<T>,
): Promise<{ answers?: Answers<T>; failure: Failure | undefined }> {
  let session: NodeSession | undefined
  try {
    session = await open(dialled, access, timeout)
    const questions = questionsOf(session, endAt, refusals)
    const askedAt = now()
    // Nothing is known of its kind yet: any server that lets us in answers one of these.
    const [info, acl] = await Promise.all([questions.ask('INFO'), questions.ask('ACL', 'LIST')])
    const middle = (askedAt + now()) / 2
    if (info === undefined && isRefused(refusals.get('INFO'))) {
      const message = `refuses to talk to us: ${refusals.get('INFO')}`
      return { failure: { reason: 'credentials', message } }
    }
    const fields = readInfo(info)
    const serverTime = Number(fields.get('server_time_usec')) / 1000
    return {
      failure: undefined,
      answers: {
        info: fields,
        users: acl === undefined ? undefined : readList(acl).map((line) => readAclUser(`${line}`)),
        clockOffset: Number.isFinite(serverTime) ? serverTime - middle : undefined,
        more: await more(questions, fields),
      },
    }
  } catch (error) {
    if (!(error instanceof NodeFailure)) throw error
    return { failure: { reason: error.reason, message: error.message } }
  } finally {
    await session?.close()
  }
}

function isRefused(refusal: string | undefined): boolean {
  return /^(?:NOAUTH|WRONGPASS|DENIED|-DENIED)/u.test(refusal ?? '')
}

function questionsOf(
  session: NodeSession,
  endAt: number,
  refusals: Map<string, string>,
): Questions {
  return {
    refusals,
    ask: async (...command) => {
      if (performance.now() > endAt) throw new NodeFailure('silent', 'answers too slowly')
      try {
        return await session.call(...command)
      } catch (error) {
        if (!(error instanceof ReplyRefusal)) throw error
        for (const words of [1, 2, 3]) {
          refusals.set(command.slice(0, words).join(' '), error.message)
        }
        return undefined
      }
    },
  }
}

/** What a stranger gets: the first thing that a burglar would try. */
async function askWithoutPassword(
  { dialled, access, probe }: Visit,
  { open, timeout }: Asking,
): Promise<'answers' | 'refuses' | undefined> {
  let session: NodeSession | undefined
  try {
    session = await open(dialled, { tls: access.tls }, timeout)
    await session.call(...probe)
    return 'answers'
  } catch (error) {
    return error instanceof ReplyRefusal ? 'refuses' : undefined
  } finally {
    await session?.close()
  }
}
