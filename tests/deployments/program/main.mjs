import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Deployment, until } from './deployment.mjs'

/**
 * Runs in a network namespace of its own. Argument: JSON of `Options` and the scenario's name. Prints what
 * happened as JSON on the last line.
 */
const options = JSON.parse(/** @type {string} */ (process.argv[2]))

const scenarios = {
  /** Every host is lost once in a planned way and once by a crash, under load. */
  async losses() {
    const deployment = await Deployment.create(options)
    const names = options.description.hosts.map((/** @type {{ name: string }} */ { name }) => name)
    for (const name of names) deployment.start(name)
    await deployment.healthy()
    const load = await deployment.load()
    for (const name of names) {
      await load.say(`phase planned-${name}`)
      await deployment.drain(name)
      await deployment.host(name).stop()
      await load.say(`wait 100 ${load.shards.join(' ')}`)
      deployment.host(name).connect()
      deployment.start(name)
      await deployment.healthy()

      await load.say(`phase crash-${name}`)
      await deployment.host(name).crash()
      await load.say(`wait 100 ${load.shards.join(' ')}`)
      deployment.host(name).connect()
      deployment.start(name)
      await deployment.healthy()
    }
    return load.say('finish')
  },

  /** Every host gives way to a new one with another address, under load, by the runbook. */
  async replacement() {
    const old = options.description.hosts.map((/** @type {{ name: string }} */ { name }) => name)
    const addresses = Object.fromEntries(
      old.map((/** @type {string} */ name, /** @type {number} */ i) => [
        `${name}2`,
        `10.77.0.${11 + i}`,
      ]),
    )
    const deployment = await Deployment.create(options, addresses)
    for (const name of old) deployment.start(name)
    await deployment.healthy()
    const load = await deployment.load()
    for (const name of old) {
      const next = `${name}2`
      await load.say(`phase replace-${name}`)
      // Beside the old one first: a replica of each shard that it has, and a Sentinel.
      await deployment.prepareReplacement(name, next)
      deployment.start(next)
      deployment.current.push(next)
      await deployment.withoutErrors()
      await deployment.drain(name)
      await deployment.withoutErrors()
      await deployment.host(name).stop()
      deployment.current = deployment.current.filter((one) => one !== name)
      // Sentinels forget what is gone only when they are told to, one after the other.
      for (const sentinel of deployment.current) {
        for (const shard of load.shards) {
          await deployment.sentinel(sentinel, 'SENTINEL', 'RESET', shard)
        }
        await deployment.withoutErrors()
      }
      await deployment.healthy()
      await load.say(`wait 100 ${load.shards.join(' ')}`)
    }
    return load.say('finish')
  },

  /** Two hosts with two Sentinels each: found beforehand, and it does not survive. */
  async twoServers() {
    const deployment = await Deployment.create(options)
    const names = ['a', 'b']
    for (const name of names) {
      const folder = join(options.root, 'hosts', name)
      const sentinel = readFileSync(join(folder, 'etc/redis/sentinel.conf'), 'utf8')
      const second = sentinel
        .replaceAll('26379', '26380')
        .replaceAll('var/lib/redis/sentinel', 'var/lib/redis/second')
        .replace('logfile ""', 'logfile second.log')
      writeFileSync(join(folder, 'etc/redis/second.conf'), second)
      appendFileSync(join(folder, 'etc/redis/sentinel.conf'), 'logfile sentinel.log\n')
      const current = join(options.root, 'current')
      const config = join(current, 'etc/redis/second.conf')
      deployment.start(name)
      deployment.host(name).start(['mkdir', '-p', join(current, 'var/lib/redis/second')])
      await until('the folder', async () => {
        const { existsSync } = await import('node:fs')
        return existsSync(join(folder, 'var/lib/redis/second')) ? undefined : 'it is not there'
      })
      deployment.host(name).start([options.server, config, '--sentinel'])
    }
    let beforehand = await deployment.findings()
    await until('four Sentinels that know each other', async () => {
      beforehand = await deployment.findings()
      const codes = beforehand
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code)
      const isCalm = codes.every((code) => code === 'no-majority-after-host-loss')
      return isCalm && codes.length === 2 ? undefined : JSON.stringify(beforehand)
    })
    const load = await deployment.load()
    await load.say(`wait 50 ${load.shards.join(' ')}`)
    await load.say('phase crash')
    await deployment.host('a').crash()
    const logs = ['sentinel/sentinel.log', 'second/second.log'].map((log) =>
      join(options.root, 'hosts/b/var/lib/redis', log),
    )
    const attempts = () =>
      logs
        .flatMap((log) =>
          readFileSync(log, 'utf8').match(/-failover-abort-not-elected master shard-1/g),
        )
        .filter((line) => line !== null).length
    await until('attempts to elect a leader', async () =>
      attempts() > 0 ? undefined : 'none has ended yet',
    )
    const role = await deployment.ask(deployment.host('b').address, 6379, 'ROLE')
    return {
      beforehand: beforehand.map(({ code, severity }) => ({ code, severity })),
      abortedElections: attempts(),
      roleOfSurvivor: JSON.parse(role)[0],
    }
  },
}

const scenario = scenarios[/** @type {keyof typeof scenarios} */ (options.scenario)]
console.log(JSON.stringify(await scenario()))
// The namespaces, and all that runs in them, end with their holders.
process.exit(0)
