import { expect, test } from 'vitest'
import { renderStory } from '../core/journal.js'
import { RawClient } from './raw-client.js'
import { World } from './world.js'
import { defaultPlan, type WorldPlan } from './world-plan.js'

function startWorld(plan: Partial<WorldPlan> = {}, seed = 1): World {
  const world = new World({ ...defaultPlan, ...plan }, seed, true)
  world.start()
  return world
}

/** What a command is answered within 50 ms. */
async function ask(world: World, client: RawClient, ...args: string[]): Promise<string> {
  client.send(...args)
  await world.time.run(world.time.now + 50)
  return client.take()
}

test('a node answers in RESP3 to the byte', async () => {
  const world = startWorld()
  const client = new RawClient(world.addClient(), world.nodes[0]!.address)
  await world.time.run(100)
  expect(await ask(world, client, 'SET', 'a', '1')).toBe('+OK\r\n')
  expect(await ask(world, client, 'GET', 'nothing')).toBe('$-1\r\n')
  expect(await ask(world, client, 'HELLO', '3')).toMatch(/^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n/)
  expect(await ask(world, client, 'GET', 'nothing')).toBe('_\r\n')
  expect(await ask(world, client, 'RPUSH', 'l', 'x', 'y')).toBe(':2\r\n')
  expect(await ask(world, client, 'LRANGE', 'l', '0', '-1')).toBe('*2\r\n$1\r\nx\r\n$1\r\ny\r\n')
  expect(await ask(world, client, 'HSET', 'h', 'f', 'v')).toBe(':1\r\n')
  expect(await ask(world, client, 'HGETALL', 'h')).toBe('%1\r\n$1\r\nf\r\n$1\r\nv\r\n')
  expect(await ask(world, client, 'GET', 'h')).toMatch(/^-WRONGTYPE /)
  expect(await ask(world, client, 'MULTI')).toBe('+OK\r\n')
  expect(await ask(world, client, 'INCR', 'n')).toBe('+QUEUED\r\n')
  expect(await ask(world, client, 'EXEC')).toBe('*1\r\n:1\r\n')
  expect(await ask(world, client, 'ROLE')).toMatch(/^\*3\r\n\$6\r\nmaster\r\n:\d+\r\n\*1\r\n/)
})

test('a replica has what its master wrote, and refuses writes', async () => {
  const world = startWorld()
  const [master, replica] = world.nodes
  await world.time.run(1000)
  const client = new RawClient(world.addClient(), master!.address)
  const reader = new RawClient(world.addClient(), replica!.address)
  await ask(world, client, 'SET', 'a', '1')
  expect(await ask(world, reader, 'GET', 'a')).toBe('$1\r\n1\r\n')
  expect(await ask(world, reader, 'SET', 'a', '2')).toBe(
    "-READONLY You can't write against a read only replica.\r\n",
  )
  expect(replica!.offset).toBe(master!.offset)
})

test('a replica of a replica begins anew when that one does', async () => {
  const world = startWorld({
    shards: [{ name: 'shard-1', replicas: 2 }],
    downAfter: 60_000,
    node: { ...defaultPlan.node, persistence: 'nothing' },
  })
  const [master, replica, second] = world.nodes
  await world.time.run(1000)
  second!.becomeReplicaOf(replica!.address)
  await world.time.run(2000)
  const client = new RawClient(world.addClient(), master!.address)
  await ask(world, client, 'SET', 'a', '1')
  expect(second!.keys.size).toBe(1)
  master!.crash()
  master!.start()
  await world.time.run(5000)
  expect([replica!.keys.size, second!.keys.size]).toEqual([0, 0])
})

test('a killed master is replaced, and its address is a replica when it comes back', async () => {
  const world = startWorld()
  const [master, replica] = world.nodes
  await world.time.run(3000)
  const events: string[] = []
  world.listen({ sentinelEvent: ({ channel }) => events.push(channel) })
  master!.crash()
  await world.time.run(10_000)
  expect(replica!.role).toBe('master')
  expect(new Set(world.sentinels.map((it) => it.masters.get('shard-1')!.address.host))).toEqual(
    new Set([replica!.address.host]),
  )
  const [leader] = events.filter((it) => it === '+elected-leader')
  expect(leader, renderStory(world.journal.entries)).toBe('+elected-leader')
  master!.start()
  await world.time.run(25_000)
  expect(master!.role).toBe('slave')
  expect(master!.link!.state).toBe('connected')
})

test('a planned failover goes through the states in their order', async () => {
  const world = startWorld({ shards: [{ name: 'shard-1', replicas: 2 }] })
  await world.time.run(5000)
  const client = new RawClient(world.addClient(), world.sentinels[0]!.address)
  const events: string[] = []
  world.listen({
    sentinelEvent: ({ sentinel, channel }) => {
      if (sentinel === 'sentinel-1') events.push(channel)
    },
  })
  expect(await ask(world, client, 'SENTINEL', 'FAILOVER', 'shard-1')).toBe('+OK\r\n')
  await world.time.run(9000)
  expect(
    events.filter((it) => it !== '+slave'),
    renderStory(world.journal.entries),
  ).toEqual([
    '+new-epoch',
    '+try-failover',
    '+vote-for-leader',
    '+elected-leader',
    '+failover-state-select-slave',
    '+selected-slave',
    '+failover-state-send-slaveof-noone',
    '+failover-state-wait-promotion',
    '-role-change',
    '+promoted-slave',
    '+failover-state-reconf-slaves',
    '+slave-reconf-sent',
    '+slave-reconf-inprog',
    '+slave-reconf-done',
    '+failover-end',
    '+switch-master',
    '-role-change',
  ])
  // By one of the Sentinels, ten seconds after it saw the old master as one.
  await world.time.run(20_000)
  expect(world.nodes[0]!.role).toBe('slave')
})

test('the same seed gives the same story, another one another', async () => {
  const story = async (seed: number) => {
    const world = startWorld({}, seed)
    await world.time.run(2000)
    world.nodes[0]!.crash()
    await world.time.run(10_000)
    return renderStory(world.journal.entries)
  }
  const first = await story(7)
  expect(await story(7)).toBe(first)
  expect(await story(8)).not.toBe(first)
})
