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
  readonly main?: string
  readonly types?: string
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
  /** Bytes of what is downloaded. */
  readonly size: number
  /** Bytes of what is installed. */
  readonly unpackedSize: number
  readonly manifest: Manifest
}

interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
  readonly size: number
  readonly unpackedSize: number
}

export interface Tarballs extends AsyncDisposable {
  of(pack: Package): Tarball
}

/** What `npm publish` would upload, of all packages; removed at the end of the scope. */
export async function packAll(): Promise<Tarballs> {
  const folder = await mkdtemp(join(tmpdir(), 'disredis-pack-'))
  // The build is what is published, its package.json included.
  const builds = packages.map((pack) => `./${pack.folder}/dist`)
  const output = await npm(root, 'pack', '--json', '--pack-destination', folder, ...builds)
  const packed: readonly Packed[] = JSON.parse(output)
  const tarballs = new Map<string, Tarball>()
  for (const { name, filename, files, size, unpackedSize } of packed) {
    const path = join(folder, filename)
    const pack = packages.find((one) => one.name === name) as Package
    tarballs.set(name, {
      path,
      data: await readFile(path),
      files: files.map((file) => file.path),
      size,
      unpackedSize,
      manifest: JSON.parse(await readFile(join(root, pack.folder, 'dist/package.json'), 'utf8')),
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
