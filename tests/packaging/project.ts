import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from './npm.js'
import { type Package, packages, type Tarballs } from './packages.js'

const run = promisify(execFile)

export interface ProjectContents {
  /** What it has installed of ours, from the tarballs. */
  readonly packages: readonly Package[]
  /** What it has installed besides, by version. */
  readonly dependencies?: Readonly<Record<string, string>>
  /** Members of its package.json. */
  readonly manifest?: Readonly<Record<string, unknown>>
}

/** Somebody's project, in a folder of its own outside of this repository. */
export class Project implements AsyncDisposable {
  readonly folder: string
  #manifest: Readonly<Record<string, unknown>> = {}

  private constructor(folder: string) {
    this.folder = folder
  }

  static async install(contents: ProjectContents, tarballs: Tarballs): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'disredis-project-')))
    const fileOf = (one: Package) => `file:${tarballs.of(one).path}`
    const isAskedFor = new Set(contents.packages)
    const others = packages.filter((one) => !isAskedFor.has(one))
    const ours = contents.packages.map((one) => [one.name, fileOf(one)] as const)
    await project.writeManifest({
      private: true,
      ...contents.manifest,
      dependencies: { ...Object.fromEntries(ours), ...contents.dependencies },
      // What they depend on comes from the tarballs too: this version is not in the registry.
      overrides: Object.fromEntries(others.map((other) => [other.name, fileOf(other)])),
    })
    await npm(project.folder, 'install', '--prefer-offline')
    return project
  }

  /** The packages in its node_modules, sorted, without types. */
  async installed(): Promise<string[]> {
    const lock = await readFile(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')
    return Object.keys(JSON.parse(lock).packages)
      .map((path) => path.replace(/^.*node_modules\//, ''))
      .filter((name) => !/^(@types\/|undici-types$|typescript$|@typescript\/)/.test(name))
      .sort()
  }

  /** Sets members of its package.json; the others stay. */
  async writeManifest(members: Readonly<Record<string, unknown>>): Promise<void> {
    this.#manifest = { ...this.#manifest, ...members }
    await this.write('package.json', JSON.stringify(this.#manifest))
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.folder, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  async writeAll(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [file, text] of Object.entries(files)) await this.write(file, text)
  }

  /**
   * Runs a program in the project. What it prints, on both streams.
   * @throws with all of that in the message if it fails.
   */
  async run(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    try {
      const { stdout, stderr } = await run(program, args, {
        cwd: this.folder,
        env: { ...outerEnvironment(), ...env },
        maxBuffer: 64 * 1024 * 1024,
      })
      return stderr + stdout
    } catch (error) {
      const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string }
      throw new Error(`${message}\n${stdout}\n${stderr}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, maxRetries: 5 })
  }
}

/** The environment of whoever started these tests, without what vitest and npm have put in. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const isOurs =
    /^(npm_|VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|TEST$|MODE$|DEV$|PROD$|SSR$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs.test(name)))
}
