import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Servers that are packaged; which of them a release has differs. */
const PACKAGES = ['redis-server', 'valkey-server'] as const

/** A command that failed, with all that it said. */
export interface CommandFailure {
  readonly command: string
  readonly output: string
}

/**
 * Downloads a server's packages, and those it depends on that the system lacks, as an ordinary user:
 * apt gets its own folders in `folder` and changes nothing on the system.
 *
 * The system's package lists are tried first. When they are missing, unreadable or out of date, lists
 * are fetched; a third-party source that fails then does not matter if the packages can be had.
 *
 * @returns paths of the packages, or what failed.
 */
export async function downloadServerPackages(
  folder: string,
  onProgress: (message: string) => void,
): Promise<readonly string[] | readonly CommandFailure[]> {
  const failures: CommandFailure[] = []
  const download = async (apt: Apt): Promise<string[] | undefined> => {
    for (const name of PACKAGES) {
      const failure = await apt.run('install', '--download-only', '--yes', name)
      if (failure !== undefined) failures.push(failure)
      else if (apt.packages().length > 0) return apt.packages()
      else failures.push({ command: `apt-get install ${name}`, output: 'It is installed already' })
    }
    return undefined
  }

  onProgress('Downloading a Redis server from the packages of this distribution')
  const fromSystemLists = await download(new Apt(join(folder, 'system-lists'), false))
  if (fromSystemLists !== undefined) return fromSystemLists

  onProgress('Downloading package lists')
  failures.length = 0
  const apt = new Apt(join(folder, 'own-lists'), true)
  const failure = await apt.run('update')
  if (failure !== undefined) failures.push(failure)
  onProgress('Downloading a Redis server')
  return (await download(apt)) ?? failures
}

export function isFailure(
  result: readonly string[] | readonly CommandFailure[],
): result is readonly CommandFailure[] {
  return typeof result[0] !== 'string'
}

/** Unpacks packages into `root`, without running anything in them. */
export async function unpackPackages(packages: readonly string[], root: string): Promise<void> {
  mkdirSync(root, { recursive: true })
  for (const file of packages) await run('dpkg-deb', ['-x', file, root])
}

/** apt-get with folders of its own. */
class Apt {
  readonly #folder: string
  readonly #configFile: string

  constructor(folder: string, hasOwnLists: boolean) {
    this.#folder = folder
    this.#configFile = join(folder, 'apt.conf')
    mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true })
    mkdirSync(join(folder, 'lists/partial'), { recursive: true })
    writeFileSync(this.#configFile, config(folder, hasOwnLists))
  }

  async run(...args: string[]): Promise<CommandFailure | undefined> {
    const all = ['-q', '-c', this.#configFile, '--no-install-recommends', ...args]
    try {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
      await run('apt-get', all, { env, maxBuffer: 1 << 26 })
      return undefined
    } catch (error) {
      const { message, stderr } = error as Error & { stderr?: string }
      return { command: `apt-get ${args.join(' ')}`, output: stderr?.trim() || message }
    }
  }

  packages(): string[] {
    const archives = join(this.#folder, 'cache/archives')
    const names = readdirSync(archives).filter((name) => name.endsWith('.deb'))
    return names.map((name) => join(archives, name))
  }
}

function config(folder: string, hasOwnLists: boolean): string {
  return [
    `Dir::Cache "${folder}/cache";`,
    ...(hasOwnLists ? [`Dir::State::lists "${folder}/lists";`] : []),
    // Nothing of the system is written, so its locks need not be taken (and cannot, without root).
    'Debug::NoLocking "1";',
    // As root apt becomes the user _apt to download, who may not write in a folder of root.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    // Hooks of the system that clean up or index its own cache.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '',
  ].join('\n')
}
