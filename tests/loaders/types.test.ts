import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { packAll, packages } from '../packaging/packages.js'
import { Project } from '../packaging/project.js'

const isWholeTable = process.env.MODE === 'all'

/** Uses the types of every package. What would pass with `any` fails: an expected error is missing then. */
const program = `
import { Disredis, DisredisError, type DisredisOptions } from '@disredis/client'
import { DisredisStore as ExpressStore } from '@disredis/express-session'
import disredisSession, { DisredisStore as FastifyStore } from '@disredis/fastify-session'
import { startFleet, type Fleet } from '@disredis/fleet'
import { keySlot } from '@disredis/hash-ring'
import { SentinelWatcher, type Topology } from '@disredis/sentinel'
import { SessionStore } from '@disredis/session-store'
import type { UserOption } from '@disredis/session-store/adapter'

const options: DisredisOptions = { sentinels: '127.0.0.1:26379', commandTimeout: 1000 }
export const redis: Disredis = new Disredis(options)
export const text: Promise<string | null> = redis.get('key')
export const bytes: Promise<Buffer | null> = redis.getBuffer('key')
export const shard: string = redis.explain('key').shard
// @ts-expect-error: a reply is text
export const wrongReply: Promise<number> = redis.get('key')
// @ts-expect-error: a topology is not text
export const wrongTopology: string = redis.topology
export const slot: number = keySlot('key')
// @ts-expect-error: a slot is a number
export const wrongSlot: string = keySlot('key')
export const isOurs = (error: unknown): boolean => error instanceof DisredisError && error.retryable
export const watcher = new SentinelWatcher({ sentinels: '127.0.0.1:26379' })
watcher.on('topologyChanged', ({ current }) => current.shards)
// @ts-expect-error: there is no such event
watcher.on('noSuchEvent', () => {})
export const sessions = new SessionStore<{ user?: string }>({ client: redis })
export const expressStore = new ExpressStore({ client: redis })
export const fastifyStore = FastifyStore
export const plugin: (...args: never[]) => unknown = disredisSession
export const fleet: Promise<Fleet> = startFleet({ masters: 1 })
export const topology: Topology | undefined = redis.topology
export const user: UserOption<{ user?: string }> | undefined = undefined
`

/** Applications with sessions whose fields are declared by merging, as the READMEs have it. */
const sessions = `
import { DisredisStore, disredisSession } from '@disredis/express-session'
import fastifyDisredisSession from '@disredis/fastify-session'
import express from 'express'
import session from 'express-session'
import { fastify } from 'fastify'

declare module 'express-session' {
  interface SessionData { userId: string; cart: string[] }
}
declare module 'fastify' {
  interface Session { userId?: string; visits?: number }
}

const options = { sentinels: ['127.0.0.1:26379'], secret: 'a secret of at least 32 characters' }
const sessions = disredisSession({ ...options, cookie: { secure: 'auto', maxAge: 3600000 } })
const store = new DisredisStore({ sentinels: '127.0.0.1:26379', userId: ({ cart }) => cart?.[0] })
export const one = express()
one.use(sessions)
one.use(session({ store, secret: 's', resave: false, saveUninitialized: false }))
one.get('/', sessions.store.lock({ wait: 5000 }), async (req, res) => {
  const cart: string[] | undefined = req.session.cart
  // @ts-expect-error: it was declared as another type
  const wrong: number | undefined = req.session.cart
  // @ts-expect-error: it was not declared
  req.session.nobodyDeclaredIt
  await sessions.store.login(req, 'ada', { cart: ['tea'] })
  // @ts-expect-error: a field of another type
  await sessions.store.login(req, 'ada', { cart: 'tea' })
  const listed: string[] | undefined = (await sessions.store.listSessions('ada'))[0]?.data.cart
  res.json([cart, wrong, listed])
})

export const other = fastify()
other.register(fastifyDisredisSession, { ...options, cookie: { maxAge: 3600000 } })
other.get('/', { config: { sessionLock: true } }, async (request) => {
  const visits: number = (request.session.visits ?? 0) + 1
  request.session.visits = visits
  // @ts-expect-error: it was declared as another type
  const wrong: string | undefined = request.session.visits
  await other.sessionStore.login(request, 'ada', { visits })
  // @ts-expect-error: a field of another type
  await other.sessionStore.login(request, 'ada', { visits: 'one' })
  return [wrong, (await other.sessionStore.listSessions('ada'))[0]?.data.visits]
})
// @ts-expect-error: there is no such option
other.register(fastifyDisredisSession, { ...options, noSuchOption: 1 })
`

interface Mode {
  readonly typescript: string
  readonly options: Readonly<Record<string, unknown>>
  readonly type: 'commonjs' | 'module'
  readonly files: readonly string[]
  readonly isShort?: boolean
}

const all = ['program', 'sessions'].flatMap((name) => [`${name}.ts`, `${name}.cts`, `${name}.mts`])

function modesOf(typescript: string): readonly Mode[] {
  const hasNode10 = !typescript.startsWith('7')
  const deprecated = typescript.startsWith('6') ? { ignoreDeprecations: '6.0' } : {}
  const ofNode = (['node16', 'nodenext'] as const).flatMap((module) =>
    (['commonjs', 'module'] as const).map((type) => ({
      typescript,
      options: { module },
      type,
      files: all,
    })),
  )
  return [
    ...(hasNode10
      ? [
          {
            typescript,
            options: {
              module: 'commonjs',
              moduleResolution: 'node10',
              esModuleInterop: true,
              ...deprecated,
            },
            type: 'commonjs' as const,
            files: ['program.ts', 'sessions.ts'],
            isShort: typescript === '5.4',
          },
        ]
      : []),
    // With the resolution that is the default of this version: `node10`, from 6.0 on `bundler`.
    {
      typescript,
      options: { module: 'commonjs', esModuleInterop: true },
      type: 'commonjs',
      files: ['program.ts', 'sessions.ts'],
    },
    ...ofNode.map((mode) => ({
      ...mode,
      isShort: typescript === '5.4' && mode.options.module === 'node16' && mode.type === 'commonjs',
    })),
    {
      typescript,
      options: { module: 'esnext', moduleResolution: 'bundler', esModuleInterop: true },
      type: 'module',
      files: all,
    },
  ]
}

const modes = ['5.4', '5.9', '6.0', '7.0']
  .flatMap(modesOf)
  .filter(({ isShort }) => isWholeTable || isShort)

let project: Project
beforeAll(async () => {
  await using tarballs = await packAll()
  const versions = new Set(modes.map(({ typescript }) => typescript))
  project = await Project.install(
    {
      packages,
      dependencies: {
        '@types/express': '5',
        '@types/express-session': '1',
        '@types/node': '20',
        express: '5',
        'express-session': '1',
        fastify: '5',
        ...Object.fromEntries(
          [...versions].map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
        ),
      },
    },
    tarballs,
  )
  for (const file of all) {
    await project.write(file, file.startsWith('program') ? program : sessions)
  }
  return () => project[Symbol.asyncDispose]()
  // Every TypeScript is installed: minutes, where the network or the machine is slow.
}, 600_000)

describe.each(modes)('TypeScript $typescript, $options, "type": "$type"', (mode) => {
  test('finds the types of every package, what applications merge into them, and no `any`', async () => {
    const { typescript, options, type, files } = mode
    await project.writeManifest({ type })
    const compilerOptions = {
      ...options,
      target: 'es2022',
      lib: ['es2022'],
      strict: true,
      noEmit: true,
    }
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
    const tsc = join('node_modules', `typescript-${typescript}`, 'bin/tsc')
    expect(await errorsOf([tsc, '-p', '.'])).toEqual([])
  }, 600_000)
})

/** Of the program and of our declarations; those of other packages need not suit an old TypeScript. */
async function errorsOf(args: readonly string[]): Promise<string[]> {
  let output: string
  try {
    output = await project.run(process.execPath, args)
  } catch (error) {
    output = (error as Error).message
  }
  return output.split('\n').filter((line) => /error TS/.test(line) && !isOfOthers(line))
}

function isOfOthers(line: string): boolean {
  return /^(\.\.\/)*node_modules\/(?!@disredis\/)/.test(line)
}
