import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { type Address, parseSentinels } from '@disredis/sentinel'
import { UsageError } from '../cli-error.js'
import type { Terminal } from '../output/terminal.js'
import type { Access, Deployment } from './access.js'
import type { ConnectionFlags } from './connection-options.js'
import { type DeploymentUrl, readUrl } from './read-url.js'

const DEFAULT_TIMEOUT = 900

/** @throws UsageError that names the option or variable, what it got and what it takes */
export async function readDeployment(
  flags: ConnectionFlags,
  terminal: Terminal,
): Promise<Deployment> {
  const variable = (name: string) => terminal.env[`DISREDIS_${name}`] || undefined
  const { list, url } = readPlace(flags.sentinels, variable)
  const hosts = list ?? url?.hosts
  if (hosts === undefined) {
    throw new UsageError(
      'Where are the Sentinels? Give --sentinels h1:26379,h2:26379, or set DISREDIS_SENTINELS or DISREDIS_URL',
    )
  }
  const tls = await readTls(flags, variable)
  const isTls = flags.tls ?? isOn(variable('TLS')) ?? url?.isTls ?? false
  const isSentinelTls = flags.sentinelTls ?? isOn(variable('SENTINEL_TLS')) ?? url?.isTls ?? false
  const data: Access = {
    username: flags.username ?? variable('USERNAME') ?? url?.username,
    password: await readPassword('', flags, url?.password, terminal),
    tls: isTls ? tls : undefined,
  }
  const sentinel: Access = {
    username: flags.sentinelUsername ?? variable('SENTINEL_USERNAME') ?? url?.sentinelUsername,
    password: await readPassword('sentinel', flags, url?.sentinelPassword, terminal),
    tls: isSentinelTls ? tls : undefined,
  }
  return Object.freeze({
    sentinels: asUsage(() => parseSentinels(hosts)),
    masters: readNames(flags.masters ?? variable('MASTERS') ?? url?.masters),
    weights: readWeights(flags.weights ?? variable('WEIGHTS')),
    keyPrefix: flags.keyPrefix ?? variable('KEY_PREFIX') ?? url?.keyPrefix,
    ringName: flags.ringName ?? variable('RING_NAME'),
    db: url?.db ?? 0,
    data,
    sentinel,
    natMap: await readNatMap(flags.natMap ?? variable('NAT_MAP')),
    timeout: readTimeout(flags.timeout ?? variable('TIMEOUT')),
  })
}

type Variable = (name: string) => string | undefined

function readPlace(
  given: string | undefined,
  variable: Variable,
): { list: string | undefined; url: DeploymentUrl | undefined } {
  if (given?.includes('://')) {
    const url = readUrl(given)
    if (url.password !== undefined || url.sentinelPassword !== undefined) {
      throw new UsageError(
        'The URL on the command line contains a password, which every user of this machine can read in ' +
          'the list of processes. Put the URL into DISREDIS_URL, or the password into DISREDIS_PASSWORD',
      )
    }
    return { list: undefined, url }
  }
  const fromVariable = variable('URL')
  return {
    list: given ?? variable('SENTINELS'),
    url: fromVariable === undefined ? undefined : readUrl(fromVariable),
  }
}

async function readPassword(
  of: '' | 'sentinel',
  flags: ConnectionFlags,
  fromUrl: string | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  const prefix = of === '' ? '' : 'SENTINEL_'
  const isAsked = of === '' ? flags.askPassword : flags.askSentinelPassword
  if (isAsked) return terminal.askSecret(of === '' ? 'Password:' : 'Password of the Sentinels:')
  const flag = of === '' ? flags.passwordFile : flags.sentinelPasswordFile
  const file = flag ?? (terminal.env[`DISREDIS_${prefix}PASSWORD_FILE`] || undefined)
  // A line feed at the end of a file is the editor's, not the password's.
  if (file !== undefined) return (await readText(file)).replace(/\r?\n$/u, '')
  return (terminal.env[`DISREDIS_${prefix}PASSWORD`] || undefined) ?? fromUrl
}

async function readTls(
  flags: ConnectionFlags,
  variable: Variable,
): Promise<ConnectionOptions | true> {
  const files = {
    ca: flags.ca ?? variable('CA'),
    cert: flags.cert ?? variable('CERT'),
    key: flags.key ?? variable('KEY'),
  }
  const options: ConnectionOptions = {}
  for (const [name, file] of Object.entries(files)) {
    if (file !== undefined) Object.assign(options, { [name]: await readText(file) })
  }
  return Object.keys(options).length === 0 ? true : options
}

function isOn(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : /^(?:1|true|yes|on)$/iu.test(value)
}

function readNames(list: string | undefined): readonly string[] | undefined {
  return list
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function readWeights(list: string | undefined): Record<string, number> | undefined {
  if (list === undefined) return undefined
  return Object.fromEntries(
    list.split(',').map((part) => {
      const [name, weight] = part.split('=')
      if (name && Number(weight) > 0) return [name.trim(), Number(weight)]
      throw new UsageError(`--weights takes a=1,b=2, not "${list}"`)
    }),
  )
}

async function readNatMap(file: string | undefined): Promise<Record<string, Address> | undefined> {
  if (file === undefined) return undefined
  const text = await readText(file)
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>)
    return Object.fromEntries(
      entries.map(([from, to]) => [from, parseSentinels([to as string])[0]!]),
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new UsageError(`${file} must be JSON like {"10.0.0.1:6379": "gateway:7001"}: ${reason}`, {
      cause,
    })
  }
}

function readTimeout(given: string | undefined): number {
  const ms = Number(given ?? DEFAULT_TIMEOUT)
  if (Number.isFinite(ms) && ms >= 1 && ms <= 600_000) return ms
  throw new UsageError(`--timeout takes 1 to 600000 ms, not "${given}"`)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(`${file} cannot be read (${code ?? cause})`, { cause })
  }
}

function asUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
