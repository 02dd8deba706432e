import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../../scripts/root.mjs'
import type { Package, Tarballs } from './packages.js'
import { Project } from './project.js'

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)

/** A project that has installed one package and no other. */
export function installAlone(
  pack: Package,
  tarballs: Tarballs,
  dependencies: Readonly<Record<string, string>> = {},
): Promise<Project> {
  return Project.install(
    { packages: [pack], dependencies: { ...typesOfPeers(pack), ...dependencies } },
    tarballs,
  )
}

/** Type-checks files of the project as strictly as tsc can, declarations of libraries included. */
export async function typecheck(project: Project, files: readonly string[]): Promise<void> {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    typeRoots: [join(root, 'node_modules/@types')],
  }
  await project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
  await project.run(process.execPath, [tsc, '-p', '.'])
}

/** Declarations of a peer are optional, because only TypeScript needs them; this project is in it. */
function typesOfPeers({ manifest }: Package): Record<string, string> {
  const peers = Object.entries(manifest.peerDependencies ?? {})
  return Object.fromEntries(peers.filter(([name]) => name.startsWith('@types/express')))
}
