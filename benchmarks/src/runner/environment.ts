import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { contenders } from '../contenders/registry.js'
import { lookups } from '../lookups/registry.js'

/** Where the figures come from: without it they mean nothing. */
export interface Environment {
  readonly startedAt: string
  readonly commit: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly system: string
  /** Load average over one minute before the run: above 0.3 per core the figures are doubtful. */
  readonly loadBefore: number
  readonly node: string
  /** Name and version of the Redis server; "none" when none was started. */
  readonly server: string
  /** npm package to version. */
  readonly packages: Readonly<Record<string, string>>
}

/** Everything but the server, which is known once it runs. */
export async function describeMachine(): Promise<Omit<Environment, 'server'>> {
  const processors = cpus()
  return {
    startedAt: new Date().toISOString(),
    commit: await currentCommit(),
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
    node: process.version,
    packages: packageVersions(),
  }
}

async function currentCommit(): Promise<string> {
  try {
    const git = (args: string[]) =>
      promisify(execFile)('git', args, { cwd: import.meta.dirname }).then(({ stdout }) =>
        stdout.trim(),
      )
    const commit = await git(['rev-parse', '--short', 'HEAD'])
    const changed = await git(['status', '--porcelain', '--untracked-files=no'])
    return changed === '' ? commit : `${commit} and uncommitted changes`
  } catch {
    return 'not a git checkout'
  }
}

function packageVersions(): Record<string, string> {
  const names = new Set([...contenders, ...lookups].flatMap(({ packages }) => packages))
  return Object.fromEntries([...names].sort().map((name) => [name, versionOf(name)]))
}

/** Reads the package's own package.json on disk: `exports` may hide it from import. */
function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  for (const folder of folders) {
    try {
      const manifest: { version: string } = JSON.parse(
        readFileSync(join(folder, name, 'package.json'), 'utf8'),
      )
      return manifest.version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}
