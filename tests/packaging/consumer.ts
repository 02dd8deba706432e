import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../scripts/root.mjs'
import { npm } from './npm.js'
import { type Package, type packAll, packages } from './packages.js'

const run = promisify(execFile)
const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)

/** Somebody's project, outside of this repository, that has installed one package and no other. */
export class Consumer implements AsyncDisposable {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async install(
    pack: Package,
    tarballs: Awaited<ReturnType<typeof packAll>>,
  ): Promise<Consumer> {
    const consumer = new Consumer(await mkdtemp(join(tmpdir(), 'disredis-consumer-')))
    const fileOf = (one: Package) => `file:${tarballs.of(one).path}`
    const others = packages.filter((other) => other !== pack)
    await consumer.write(
      'package.json',
      JSON.stringify({
        private: true,
        dependencies: { [pack.name]: fileOf(pack), ...typesOfPeers(pack) },
        // What it depends on comes from the tarballs too: this version is not in the registry.
        overrides: Object.fromEntries(others.map((other) => [other.name, fileOf(other)])),
      }),
    )
    await npm(consumer.folder, 'install', '--prefer-offline')
    return consumer
  }

  /** The packages in its node_modules, sorted, without types. */
  async installed(): Promise<string[]> {
    const lock = await readFile(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')
    return Object.keys(JSON.parse(lock).packages)
      .map((path) => path.replace(/^.*node_modules\//, ''))
      .filter((name) => !/^(@types\/|undici-types$)/.test(name))
      .sort()
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.folder, file), text)
  }

  /** Runs a file of the project. What it prints, on both streams. */
  async node(binary: string, ...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run(binary, args, { cwd: this.folder })
    return stderr + stdout
  }

  /** Type-checks files of the project as strictly as tsc can, declarations of libraries included. */
  async typecheck(files: readonly string[]): Promise<void> {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
    const checked = run(process.execPath, [tsc, '-p', '.'], { cwd: this.folder })
    await checked.catch(({ stdout }: { stdout: string }) => {
      throw new Error(stdout)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true })
  }
}

/** Declarations of a peer are optional, because only TypeScript needs them; this project is in it. */
function typesOfPeers({ manifest }: Package): Record<string, string> {
  const peers = Object.entries(manifest.peerDependencies ?? {})
  return Object.fromEntries(peers.filter(([name]) => name.startsWith('@types/')))
}
