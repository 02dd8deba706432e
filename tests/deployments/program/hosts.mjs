import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ip = (/** @type {string[]} */ ...args) => execFileSync('ip', args)

/**
 * A machine by its network and its files: a network namespace on a bridge, and a folder of its own at a
 * path that is the same on all. Everything is inside of the namespace that this program was started in,
 * and goes with it.
 */
export class Host {
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #running = new Set()

  /**
   * @param {string} name
   * @param {string} address
   * @param {number} pid of the process that holds the namespaces
   * @param {string} link its end of the cable at the bridge
   */
  constructor(name, address, pid, link) {
    this.name = name
    this.address = address
    this.pid = pid
    this.link = link
  }

  /**
   * @param {readonly string[]} command
   * @param {import('node:child_process').SpawnOptions} [options]
   */
  start(command, options = {}) {
    const enter = ['--net', '--mount', '--target', `${this.pid}`, '--', ...command]
    const child = spawn('nsenter', enter, { stdio: 'ignore', ...options })
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    return child
  }

  /** Cut off, and dead: no goodbye reaches anybody. */
  async crash() {
    ip('link', 'set', this.link, 'down')
    await this.#end('SIGKILL')
  }

  /** Shut down in order. */
  async stop() {
    await this.#end('SIGTERM')
    ip('link', 'set', this.link, 'down')
  }

  connect() {
    ip('link', 'set', this.link, 'up')
  }

  async #end(/** @type {NodeJS.Signals} */ signal) {
    await Promise.all(
      [...this.#running].map((child) => {
        const exited = new Promise((resolve) => child.once('exit', resolve))
        child.kill(signal)
        return exited
      }),
    )
  }
}

/**
 * @param {string} root the folder of `name` is `root/hosts/name`, and is seen at `root/current` there
 * @param {Readonly<Record<string, string>>} addresses by name
 * @returns {Promise<Map<string, Host>>}
 */
export async function createHosts(root, addresses) {
  ip('link', 'set', 'lo', 'up')
  ip('link', 'add', 'br0', 'type', 'bridge')
  ip('link', 'set', 'br0', 'up')
  mkdirSync(join(root, 'current'), { recursive: true })
  const hosts = new Map()
  for (const [name, address] of Object.entries(addresses)) {
    const folder = join(root, 'hosts', name)
    mkdirSync(folder, { recursive: true })
    const hold = `mount --bind '${folder}' '${join(root, 'current')}' && touch '${folder}/.ready' && exec sleep infinity`
    const holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', hold], { stdio: 'inherit' })
    while (!existsSync(join(folder, '.ready'))) {
      if (holder.exitCode !== null) throw new Error(`No namespaces for ${name}`)
      await sleep(5)
    }
    const pid = /** @type {number} */ (holder.pid)
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) {
      throw new Error(`${name} has no network namespace of its own`)
    }
    const link = `v${hosts.size}`
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${pid}`)
    ip('link', 'set', link, 'master', 'br0')
    ip('link', 'set', link, 'up')
    const host = new Host(name, address, pid, link)
    const inside = ['nsenter', '--net', '--target', `${pid}`, '--', 'ip']
    for (const args of [
      ['link', 'set', 'lo', 'up'],
      ['addr', 'add', `${address}/24`, 'dev', 'eth0'],
      ['link', 'set', 'eth0', 'up'],
    ]) {
      const [program, ...rest] = [...inside, ...args]
      execFileSync(/** @type {string} */ (program), rest)
    }
    hosts.set(name, host)
  }
  return hosts
}
