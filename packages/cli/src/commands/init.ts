import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { UsageError } from '../cli-error.js'
import { readDescription } from '../deployment/description.js'
import { generateDeployment } from '../deployment/generate.js'
import { makeSecrets, placeholderSecrets, type Secrets } from '../deployment/secrets.js'
import { exitCode } from '../exit-code.js'
import type { Terminal } from '../output/terminal.js'
import type { Run } from '../run.js'

export interface InitFlags {
  readonly description?: string
  readonly placeholders?: boolean
  readonly json?: boolean
}

export const init: Run<InitFlags> = async (flags, [folder = 'redis-deployment'], terminal) => {
  const given =
    flags.description === undefined ? await ask(terminal) : await readYaml(flags.description)
  const description = readDescription(given)
  const secrets = flags.placeholders
    ? placeholderSecrets()
    : makeSecrets(await knownSecrets(join(folder, 'secrets.json')))
  const files = new Map(generateDeployment(description, secrets))
  files.set('description.yaml', { content: stringify(given), isSecret: false })
  if (!flags.placeholders) {
    const content = `${JSON.stringify(secrets, undefined, 2)}\n`
    files.set('secrets.json', { content, isSecret: true })
  }
  for (const [path, { content, isSecret }] of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content, { mode: isSecret ? 0o600 : 0o644 })
    // The mode above is for new files only.
    if (isSecret) await chmod(file, 0o600)
  }
  if (flags.json) {
    terminal.print(JSON.stringify({ folder, files: [...files.keys()].sort() }, undefined, 2))
    return exitCode.ok
  }
  terminal.print(
    `${files.size} files in ${folder}; ${join(folder, 'README.md')} says what goes where.`,
  )
  return exitCode.ok
}

/** The few things that cannot be guessed. */
async function ask(terminal: Terminal): Promise<unknown> {
  const hosts = await terminal.ask(
    'Addresses of the hosts with data, two or more, separated by commas (10.0.0.1,10.0.0.2):',
  )
  const data = split(hosts).map((address) => ({ address }))
  const needsTie = data.length % 2 === 0
  const tie = needsTie
    ? split(
        await terminal.ask(
          'An even number of hosts needs one more, for a Sentinel alone; its address:',
        ),
      ).map((address) => ({ address, data: false }))
    : []
  const shards = await terminal.ask(`Shards (${data.map((_, i) => `shard-${i + 1}`).join(',')}):`)
  const tls = await terminal.ask('TLS? (y/N):')
  return {
    hosts: [...data, ...tie],
    ...(shards === '' ? {} : { shards: split(shards) }),
    ...(/^y/iu.test(tls) ? { tls: true } : {}),
  }
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new UsageError(`${file} cannot be read as YAML or JSON: ${reason}`, { cause })
  }
}

/** Written again, a deployment keeps its passwords. */
async function knownSecrets(file: string): Promise<Partial<Secrets>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new UsageError(`${file} cannot be read`, { cause: error })
  }
  try {
    return JSON.parse(text) as Partial<Secrets>
  } catch (cause) {
    throw new UsageError(`${file} is not JSON; it holds the passwords of this deployment`, {
      cause,
    })
  }
}
