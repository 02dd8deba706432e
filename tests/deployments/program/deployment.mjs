import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createHosts } from './hosts.mjs'

const cli = fileURLToPath(new URL('../../../packages/cli/dist/disredis.cjs', import.meta.url))
const askProgram = fileURLToPath(new URL('ask.mjs', import.meta.url))
const loadProgram = fileURLToPath(new URL('load.mjs', import.meta.url))

/**
 * A deployment that `disredis init` has written, on hosts of its own.
 *
 * @typedef {object} Options
 * @property {string} root a folder that is empty
 * @property {object} description without paths
 * @property {string} server path of redis-server
 * @property {readonly string[]} [supervisord] the command; without it servers are started by their units' ExecStart
 */
export class Deployment {
  /** @param {Options} options @param {Map<string, import('./hosts.mjs').Host>} hosts */
  constructor(options, hosts) {
    this.options = options
    this.hosts = hosts
    this.secrets = JSON.parse(readFileSync(join(options.root, 'written/secrets.json'), 'utf8'))
    this.client = /** @type {import('./hosts.mjs').Host} */ (hosts.get('client'))
    this.description = JSON.parse(readFileSync(join(options.root, 'description.json'), 'utf8'))
    /** Names of the hosts that have a Sentinel now. @type {string[]} */
    this.current = this.description.hosts.map((/** @type {{ name: string }} */ { name }) => name)
  }

  /** @param {Options} options @param {Readonly<Record<string, string>>} [more] hosts beside it */
  static async create(options, more = {}) {
    const { root, server } = options
    const current = join(root, 'current')
    const description = {
      .../** @type {{ hosts: { name: string, address: string }[] }} */ (options.description),
      paths: { config: `${current}/etc/redis`, data: `${current}/var/lib/redis`, server },
    }
    mkdirSync(root, { recursive: true })
    writeFileSync(join(root, 'description.json'), JSON.stringify(description))
    await run(process.execPath, [
      ...[cli, 'init', '-d', join(root, 'description.json')],
      join(root, 'written'),
    ])
    const addresses = Object.fromEntries(description.hosts.map((host) => [host.name, host.address]))
    const hosts = await createHosts(root, { ...addresses, ...more, client: '10.77.0.100' })
    const deployment = new Deployment(options, hosts)
    for (const name of Object.keys(addresses)) deployment.install(name, name)
    return deployment
  }

  /** Copies the files that were written for `from` to the host `to`, as its README says. */
  install(/** @type {string} */ from, /** @type {string} */ to) {
    const { root } = this.options
    const folder = join(root, 'hosts', to)
    const written = join(root, 'written/hosts', from)
    cpSync(join(written, root, 'current/etc'), join(folder, 'etc'), { recursive: true })
    cpSync(join(written, 'etc'), join(folder, 'etc'), { recursive: true })
    for (const name of this.programs(to)) {
      mkdirSync(join(folder, 'var/lib/redis', name), { recursive: true })
    }
  }

  /** Names of the programs of a host, from its units: `shard-1`, `sentinel`. */
  programs(/** @type {string} */ host) {
    return this.commands(host).map(({ name }) => name)
  }

  /** @returns {{ name: string, command: string[] }[]} what its units start */
  commands(/** @type {string} */ host) {
    const folder = join(this.options.root, 'hosts', host)
    const programs = readFileSync(join(folder, 'etc/supervisor/conf.d/redis.conf'), 'utf8')
    return [...programs.matchAll(/^\[program:redis-(.*)\]$/gm)].map(([, name = '']) => {
      const unit = readFileSync(join(folder, `etc/systemd/system/redis-${name}.service`), 'utf8')
      const [, line = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? []
      return { name, command: line.split(' ') }
    })
  }

  start(/** @type {string} */ name) {
    const host = this.host(name)
    const { supervisord, root } = this.options
    if (supervisord === undefined) {
      for (const { command } of this.commands(name)) host.start(command)
      return
    }
    const folder = join(root, 'current')
    const config = join(root, 'hosts', name, 'supervisord.conf')
    const programs = join(root, 'hosts', name, 'etc/supervisor/conf.d/redis.conf')
    // The user that servers run as is not on every machine; who runs this test is.
    const text = readFileSync(programs, 'utf8').replaceAll(/^user=redis\n/gm, '')
    writeFileSync(programs, text)
    writeFileSync(
      config,
      `[supervisord]\nnodaemon=true\nlogfile=${folder}/supervisord.log\npidfile=${folder}/supervisord.pid\nchildlogdir=${folder}\n[include]\nfiles=${folder}/etc/supervisor/conf.d/*.conf\n`,
    )
    host.start([...supervisord, '-c', join(folder, 'supervisord.conf')])
  }

  host(/** @type {string} */ name) {
    const host = this.hosts.get(name)
    if (host === undefined) throw new Error(`There is no host ${name}`)
    return host
  }

  /** Variables of `client.env`, as an application has them. */
  get clientEnvironment() {
    const text = readFileSync(join(this.options.root, 'written/client.env'), 'utf8')
    return Object.fromEntries(
      text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(/=(.*)/s).slice(0, 2)])),
    )
  }

  /** Runs `disredis` where the clients are. @param {'doctor' | 'operator'} user */
  async disredis(user, /** @type {string[]} */ ...args) {
    const env = {
      ...{ DISREDIS_USERNAME: user, DISREDIS_PASSWORD: this.secrets[user] },
      DISREDIS_SENTINELS: this.current.map((name) => this.host(name).address).join(','),
      ...{ DISREDIS_SENTINEL_USERNAME: user, DISREDIS_SENTINEL_PASSWORD: this.secrets[user] },
    }
    const child = this.client.start([process.execPath, cli, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...this.clientEnvironment, ...env },
    })
    return read(child)
  }

  /** @returns {Promise<{ code: string, severity: string, subject: string, evidence: string[] }[]>} */
  async findings() {
    return JSON.parse(
      // A loaded machine is no hung node.
      await this.disredis('doctor', 'doctor', '--json', '--timeout', '2000'),
    ).findings
  }

  /** @returns {Promise<Map<string, { host: string, port: number }>>} the masters by shard */
  async masters() {
    const { shards } = JSON.parse(
      await this.disredis('doctor', 'topology', '--json', '--timeout', '2000'),
    )
    return new Map(
      shards.map((/** @type {{ name: string, master: string }} */ { name, master }) => {
        const [host = '', port] = master.split(':')
        return [name, { host, port: Number(port) }]
      }),
    )
  }

  /** Waits until the doctor finds nothing. */
  async healthy() {
    await until('a healthy deployment', async () => {
      const findings = await this.findings()
      return findings.length === 0 ? undefined : JSON.stringify(findings)
    })
  }

  /** One command to one Sentinel, as an operator. */
  sentinel(/** @type {string} */ host, /** @type {string[]} */ ...command) {
    const { address } = this.host(host)
    return this.ask(address, 26_379, ...command)
  }

  /** One command to one server, as an operator; the answer as text. */
  async ask(
    /** @type {string} */ address,
    /** @type {number} */ port,
    /** @type {string[]} */ ...command
  ) {
    const login = ['operator', this.secrets.operator]
    const child = this.client.start(
      [process.execPath, askProgram, address, `${port}`, ...login, ...command],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    return (await read(child)).trim()
  }

  /** Starts writing from where the clients are. */
  async load() {
    const child = this.client.start([process.execPath, loadProgram], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...this.clientEnvironment },
    })
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new Error('No pipes')
    const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
    const answer = async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error('The load ended')
      return JSON.parse(value)
    }
    const { shards } = await answer()
    return {
      shards: /** @type {string[]} */ (shards),
      say: async (/** @type {string} */ words, limit = 60_000) => {
        stdin.write(`${words}\n`)
        const giveUp = AbortSignal.timeout(limit)
        return Promise.race([
          answer(),
          new Promise((_, reject) => {
            giveUp.addEventListener('abort', () => reject(new Error(`No answer to: ${words}`)))
          }),
        ])
      },
    }
  }

  /** Writes the files of another host in place of one, as the runbook has it: with the masters of now. */
  async prepareReplacement(/** @type {string} */ old, /** @type {string} */ name) {
    const { root } = this.options
    const hosts = this.description.hosts.map((/** @type {{ name: string }} */ host) =>
      host.name === old ? { ...host, name, address: this.host(name).address } : host,
    )
    this.description = { ...this.description, hosts }
    writeFileSync(join(root, 'description.json'), JSON.stringify(this.description))
    await run(process.execPath, [
      ...[cli, 'init', '-d', join(root, 'description.json')],
      join(root, 'written'),
    ])
    this.install(name, name)
    const folder = join(root, 'hosts', name, 'etc/redis')
    const masters = await this.masters()
    for (const [shard, { host, port }] of masters) {
      const sentinel = join(folder, 'sentinel.conf')
      const monitor = new RegExp(`^(sentinel monitor ${shard}) .* (\\d+)$`, 'm')
      const text = readFileSync(sentinel, 'utf8')
      writeFileSync(sentinel, text.replace(monitor, `$1 ${host} ${port} $2`))
      const server = join(folder, `${shard}.conf`)
      if (!this.programs(name).includes(shard)) continue
      const config = readFileSync(server, 'utf8').replace(/^replicaof .*\n/m, '')
      writeFileSync(server, `${config}replicaof ${host} ${port}\n`)
    }
  }

  /** Waits until the doctor finds no error; what a replacement shows on the way may be there. */
  async withoutErrors() {
    await until('a deployment without errors', async () => {
      // A RESET in the middle of a failover leaves its leader with the old address for good.
      const errors = (await this.findings()).filter(
        ({ severity, code }) => severity === 'error' || code === 'failover-in-progress',
      )
      return errors.length === 0 ? undefined : JSON.stringify(errors)
    })
  }

  /**
   * Takes a host out of service by the runbook: every shard whose master is there is failed over first.
   */
  async drain(/** @type {string} */ name) {
    const { address } = this.host(name)
    const others = this.current.filter((one) => one !== name)
    for (const [shard, master] of await this.masters()) {
      if (master.host !== address) continue
      await this.sentinel(/** @type {string} */ (others[0]), 'SENTINEL', 'FAILOVER', shard)
      await until(`${shard} to leave ${name}`, async () => {
        const now = (await this.masters()).get(shard)
        return now?.host === address ? `it is at ${now.host}` : undefined
      })
    }
  }
}

/** Polls until `whyNot` has no reason any more. Tells of it on standard error. */
export async function until(
  /** @type {string} */ what,
  /** @type {() => Promise<string | undefined>} */ whyNot,
) {
  const endAt = performance.now() + 120_000
  for (;;) {
    const reason = await whyNot()
    if (reason === undefined) {
      console.error(`step ${Math.round(performance.now())} ms: ${what}`)
      return
    }
    if (performance.now() > endAt) throw new Error(`Waited for ${what}: ${reason}`)
    await sleep(200)
  }
}

async function read(/** @type {import('node:child_process').ChildProcess} */ child) {
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => child.once('close', resolve))
  return text
}

function run(/** @type {string} */ program, /** @type {string[]} */ args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`${program}: ${code}`)),
    )
  })
}
