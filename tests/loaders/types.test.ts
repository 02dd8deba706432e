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

interface Mode {
  readonly typescript: string
  readonly options: Readonly<Record<string, unknown>>
  readonly type: 'commonjs' | 'module'
  readonly files: readonly string[]
  readonly isShort?: boolean
}

const all = ['program.ts', 'program.cts', 'program.mts']

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
            files: ['program.ts'],
            isShort: typescript === '5.4',
          },
        ]
      : []),
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
        '@types/express-session': '1',
        '@types/node': '20',
        'express-session': '1',
        fastify: '5',
        ...Object.fromEntries(
          [...versions].map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
        ),
      },
    },
    tarballs,
  )
  for (const file of all) await project.write(file, program)
  return () => project[Symbol.asyncDispose]()
  // Every TypeScript is installed: minutes, where the network or the machine is slow.
}, 600_000)

describe.each(modes)('TypeScript $typescript, $options, "type": "$type"', (mode) => {
  test('finds the types of every package, and they are not `any`', async () => {
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
  })
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
