import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { root } from '../../scripts/root.mjs'
import { packages, type Tarballs } from '../packaging/packages.js'
import { Project } from '../packaging/project.js'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly type?: string
}

/** A copy of an example in a folder of its own, with the packed packages in place of the published ones. */
export async function installExample(name: string, tarballs: Tarballs): Promise<Project> {
  const folder = join(root, 'examples', name)
  const { scripts, dependencies, devDependencies, type } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest
  const all = { ...dependencies, ...devDependencies }
  const ours = packages.filter((pack) => all[pack.name] !== undefined)
  const others = Object.entries(all).filter(([one]) => !ours.some((pack) => pack.name === one))
  const project = await Project.install(
    {
      packages: ours,
      dependencies: Object.fromEntries(others),
      manifest: { scripts, ...(type === undefined ? {} : { type }) },
    },
    tarballs,
  )
  cpSync(folder, project.folder, {
    recursive: true,
    filter: (path) => !path.endsWith('package.json'),
  })
  return project
}

/** A program of an example that runs until it is ended, as a user does it. */
export class RunningExample implements AsyncDisposable {
  output = ''
  readonly #child: ChildProcess

  constructor(project: Project, script: string, env: Readonly<Record<string, string>>) {
    const { scripts } = JSON.parse(
      readFileSync(join(project.folder, 'package.json'), 'utf8'),
    ) as Manifest
    // As npm does it, but for `exec`: the signal goes to the program and the exit code is its own.
    const command = String(scripts[script]).replace(/[^&]+$/, (last) => ` exec ${last}`)
    const bin = join(project.folder, 'node_modules/.bin')
    this.#child = spawn('sh', ['-c', command], {
      cwd: project.folder,
      env: { ...process.env, ...env, PATH: `${bin}${delimiter}${process.env.PATH}` },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk
      this.#child.emit('output')
    })
  }

  /** What it prints that fits, as soon as it does. Fails when the program ends without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match !== null) return match
      const { exitCode, signalCode } = this.#child
      if (exitCode !== null || signalCode !== null) {
        throw new Error(`It ended without printing ${pattern}:\n${this.output}`)
      }
      await Promise.race([once(this.#child, 'output'), once(this.#child, 'close')])
    }
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Ends it with SIGTERM, as a platform does. What its exit code is. */
  async end(): Promise<number | null> {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null) {
      const closed = once(this.#child, 'close')
      this.#child.kill('SIGTERM')
      await closed
    }
    return this.#child.exitCode
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'close')
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}

/** A port that is free now; the program is told to take it. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return String(port)
}
