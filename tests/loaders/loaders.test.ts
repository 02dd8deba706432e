import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packAll, packages, type Tarballs } from '../packaging/packages.js'
import { Project } from '../packaging/project.js'
import { exercised, type PublicNames } from './exercise.js'
import { type Loader, loaders } from './loaders.js'
import { publicNames } from './public-names.js'

/** `npm run test:loaders` asks for the whole table. */
const chosen = process.env.MODE === 'all' ? loaders : loaders.filter(({ isShort }) => isShort)
const deployment = { masters: 2, replicas: 1, sentinels: 3 }
const frameworks = { express: '5', 'express-session': '1', fastify: '5' }

let fleet: Fleet
let tarballs: Tarballs
let names: PublicNames
beforeAll(async () => {
  fleet = await startFleet(deployment)
  tarballs = await packAll()
  names = publicNames()
  return async () => {
    await tarballs[Symbol.asyncDispose]()
    await fleet.close()
  }
})

/** One folder for all loaders that have the same installed. */
const projects = new Map<string, Promise<Project>>()

async function projectOf({ dependencies = {}, manifest = {} }: Loader): Promise<Project> {
  const key = JSON.stringify(dependencies)
  const installed =
    projects.get(key) ??
    Project.install({ packages, dependencies: { ...frameworks, ...dependencies } }, tarballs)
  projects.set(key, installed)
  const project = await installed
  await project.writeManifest({ type: undefined, jest: undefined, ...manifest })
  return project
}

afterAll(async () => {
  for (const project of projects.values()) await (await project)[Symbol.asyncDispose]()
})

describe.each(chosen)('$title', (loader) => {
  let project: Project
  beforeAll(async () => {
    project = await projectOf(loader)
    await project.writeAll(loader.files(names))
  })

  test('has every public name, and works on a deployment', async () => {
    const env = { SENTINELS: fleet.sentinels.join(',') }
    const commands = await loader.commands()
    const results = commands.map(
      ([program, ...args]) =>
        () =>
          project.run(program, args, env),
    )
    let last = ''
    for (const result of results) last = await result()
    expect(last).toContain(exercised(names))
  })

  if (loader.survivesFailover !== true) return

  test('writes through the death of a master', async () => {
    await using fleet = await startFleet(deployment)
    const commands = await loader.commands()
    const [program, ...args] = commands[commands.length - 1] as [string, ...string[]]
    const env = { ...process.env, SENTINELS: fleet.sentinels.join(','), UNTIL_FAILOVER: '1' }
    const child = spawn(program, args, {
      cwd: project.folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    let output = ''
    for await (const line of createInterface({ input: child.stdout })) {
      output += `${line}\n`
      if (line === 'writing') await fleet.master('shard-1').kill()
    }
    expect(await ended).toBe(0)
    expect(output).toContain(exercised(names))
  })
})
