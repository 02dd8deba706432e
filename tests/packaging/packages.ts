import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/root.mjs'
import { type Manifest as BaseManifest, readWorkspaces } from '../../scripts/workspaces.mjs'
import { npm } from './npm.js'

export interface Manifest extends BaseManifest {
  readonly version: string
  readonly description?: string
  readonly type?: string
  readonly license?: string
  readonly sideEffects?: boolean
  readonly engines?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly repository?: { readonly url: string; readonly directory: string }
  readonly publishConfig?: { readonly access?: string }
}

export interface Package {
  readonly name: string
  /** Relative to the repository. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package that is published. One without any export so far has yet to be written. */
export const packages: readonly Package[] = readWorkspaces()
  .map(({ folder, manifest }) => ({
    name: manifest.name,
    folder,
    manifest: manifest as Manifest,
  }))
  .filter(({ manifest, folder }) => manifest.private !== true && !isBlank(folder))

function isBlank(folder: string): boolean {
  return readFileSync(join(root, folder, 'src/index.ts'), 'utf8').trim() === 'export {}'
}

export interface Tarball {
  readonly path: string
  readonly data: Buffer
  /** Paths in it, without `package/`. */
  readonly files: readonly string[]
}

/** What `npm publish` would upload, of all packages; removed at the end of the scope. */
export async function packAll(): Promise<AsyncDisposable & { of(pack: Package): Tarball }> {
  const folder = await mkdtemp(join(tmpdir(), 'disredis-pack-'))
  const workspaces = packages.flatMap(({ name }) => ['--workspace', name])
  const output = await npm(root, 'pack', '--json', '--pack-destination', folder, ...workspaces)
  const packed: readonly { name: string; filename: string; files: readonly { path: string }[] }[] =
    JSON.parse(output)
  const tarballs = new Map<string, Tarball>()
  for (const { name, filename, files } of packed) {
    const path = join(folder, filename)
    tarballs.set(name, {
      path,
      data: await readFile(path),
      files: files.map((file) => file.path),
    })
  }
  return {
    of: ({ name }) => {
      const tarball = tarballs.get(name)
      if (tarball === undefined) throw new Error(`npm pack made no tarball of ${name}`)
      return tarball
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
