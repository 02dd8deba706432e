import { readFileSync, writeFileSync } from 'node:fs'
import { rewrite } from '../links/stream-faults.js'
import type { Step } from '../scenario.js'
import type { World } from '../world/world.js'
import { corrupt } from './links.js'
import { command, restart } from './nodes.js'
import { step, together } from './step.js'
import { condition } from './waits.js'

export const sentinelNames = ['sentinel-1', 'sentinel-2', 'sentinel-3'] as const

export function onEachSentinel(one: (name: string) => Step): Step {
  return together(...sentinelNames.map(one))
}

/**
 * A Sentinel that names another address as the master's than the one it believes in. `lie` gets the
 * true one and returns the two bulk strings of the false reply.
 */
export function lyingSentinel(
  name: string,
  what: string,
  lie: (world: World) => readonly [host: string, port: string],
): Step {
  return corrupt(name, what, (world) => {
    const { host, port } = world.node('shard-1/1').address
    const truth = bulk(host) + bulk(`${port}`)
    const [falseHost, falsePort] = lie(world)
    return rewrite((text) => text.replaceAll(truth, bulk(falseHost) + bulk(falsePort)))
  })
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}

/** `SENTINEL MONITOR`: this Sentinel watches that node under that name from now on. */
export function monitor(sentinel: string, master: string, node: string): Step {
  return step(`${sentinel} monitors ${master}`, async (world) => {
    const { host, port } = world.node(node).address
    await world.node(sentinel).command('SENTINEL', 'MONITOR', master, host, port, 2)
  })
}

export function forget(sentinel: string, master: string): Step {
  return command(sentinel, 'SENTINEL', 'REMOVE', master)
}

/** A Sentinel that is down forgets who it is; it comes up as another one at the same address. */
export function newIdentity(name: string): Step {
  return step(`${name} gets a new id`, (world) => {
    const file = world.node(name).configFile
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^sentinel myid .*$/m, ''))
  })
}

/** A Sentinel that is down forgets masters, other Sentinels, epochs, and who it is. */
export function forgetAll(name: string): Step {
  return step(`${name} forgets everything`, (world) => {
    const file = world.node(name).configFile
    const kept = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !/^sentinel (?!announce-|sentinel-|deny-|resolve-)/.test(line))
    writeFileSync(file, kept.join('\n'))
  })
}

/** Every Sentinel knows two others and a replica that it could promote. */
export function introduced(master: string): Step {
  return condition('the Sentinels know each other', async (world) => {
    for (const sentinel of world.sentinels()) {
      const reply = await sentinel.command('SENTINEL', 'MASTER', master)
      const fields = (reply as readonly string[]).join(' ')
      const isReady = fields.includes('num-other-sentinels 2') && fields.includes('num-slaves 1 ')
      if (!isReady) return `${sentinel.name} does not: ${fields}`
    }
    return undefined
  })
}

/** `SIMULATE-FAILURE` has struck. What the Sentinel said last may not have left it. */
export function aSentinelDied(): Step {
  return condition('a Sentinel died', (world) =>
    world.sentinels().some(({ isRunning }) => !isRunning) ? undefined : 'all are running',
  )
}

/** Ends `SIMULATE-FAILURE`; a Sentinel that died of it is started again. */
export function failNoMore(name: string): Step {
  return step(`${name} fails no more`, async (world) => {
    const sentinel = world.node(name)
    // Asking for help clears what was set.
    if (sentinel.isRunning) await sentinel.command('SENTINEL', 'SIMULATE-FAILURE', 'HELP')
    else await restart(name).run(world)
  })
}

/** The client sees every Sentinel connected, and none more. */
export function clientSeesSentinels(count: number): Step {
  return condition(`the client sees ${count} Sentinels`, ({ client }) => {
    const sentinels = client.health().sentinels
    const connected = sentinels.filter(({ isConnected }) => isConnected).length
    return connected === count && sentinels.length === count
      ? undefined
      : `${connected} of ${sentinels.length} are connected`
  })
}

/** From now on this Sentinel names the master by its host name, as in a rolling change of names. */
export function nameByHost(sentinel: string, master: string): Step {
  return step(`${sentinel} names ${master} by its host name`, async (world) => {
    const node = world.node(sentinel)
    const { port } = world.fleet.master(master).address
    const settings = (await node.command('SENTINEL', 'MASTER', master)) as readonly string[]
    const times = ['down-after-milliseconds', 'failover-timeout'].flatMap((name) => [
      name,
      settings[settings.indexOf(name) + 1]!,
    ])
    for (const name of ['resolve-hostnames', 'announce-hostnames']) {
      await node.command('SENTINEL', 'CONFIG', 'SET', name, 'yes')
    }
    await node.command('SENTINEL', 'REMOVE', master)
    await node.command('SENTINEL', 'MONITOR', master, 'localhost', port, 2)
    await node.command('SENTINEL', 'SET', master, ...times)
  })
}
