import { afterEach, beforeEach, expect } from 'vitest'
import {
  type Address,
  SentinelWatcher,
  type SentinelWatcherOptions,
  type WatcherEvents,
} from '../../src/index.js'
import { ManualRuntime } from './manual-runtime.js'
import { ScriptedNetwork } from './scripted-network.js'
import type { ScriptedSentinel } from './scripted-sentinel.js'

export const node = (host: string, port = 6379): Address => Object.freeze({ host, port })
export const [a, b, c] = [node('a'), node('b'), node('c')]

// Made anew for each test; importers see the present ones.
export let runtime: ManualRuntime
export let network: ScriptedNetwork
export let sentinels: [ScriptedSentinel, ScriptedSentinel, ScriptedSentinel]
export let watcher: SentinelWatcher

/** Three scripted Sentinels that watch `shard-1` at `a` in epoch 4, for each test of the file. */
export function useScriptedSentinels(): void {
  beforeEach(() => {
    runtime = new ManualRuntime()
    network = new ScriptedNetwork()
    sentinels = [network.add('s1', 'id1'), network.add('s2', 'id2'), network.add('s3', 'id3')]
    for (const sentinel of sentinels) {
      sentinel.others = sentinels.filter((other) => other !== sentinel)
    }
    everywhere(a, 4)
  })

  afterEach(async () => {
    await watcher.close()
    expect(runtime.delays).toEqual([])
    for (const sentinel of sentinels) expect(network.connectionsOf(sentinel)).toBe(0)
  })
}

/** What these Sentinels say of shard-1 from now on: the other nodes are replicas. */
export function says(address: Address, epoch: number, ...who: ScriptedSentinel[]): void {
  const replicas = [a, b, c].filter((other) => other !== address)
  for (const sentinel of who) sentinel.masters = { 'shard-1': { address, epoch, replicas } }
}

export function everywhere(address: Address, epoch: number): void {
  says(address, epoch, ...sentinels)
}

export function create(options: Partial<SentinelWatcherOptions> = {}): SentinelWatcher {
  watcher = new SentinelWatcher({ sentinels: 's1,s2,s3', runtime, dial: network.dial, ...options })
  return watcher
}

/** Everything that the watcher tells from now on, without the snapshots. */
export function listen(): [string, object][] {
  const told: [string, object][] = []
  const names = [
    'failoverStarted',
    'replicaSelected',
    'replicaPromoted',
    'masterSwitched',
    'failoverAborted',
    'masterDown',
    'masterAdded',
    'masterRemoved',
    'sentinelError',
  ] as const satisfies (keyof WatcherEvents)[]
  for (const name of names) watcher.on(name, (event: object) => told.push([name, event]))
  return told
}

export const masterOf = (topology = watcher.topology) => {
  const shard = topology?.shards.get('shard-1')
  return shard && [shard.master.host, shard.configEpoch]
}

export const publishSwitch = (sentinel: ScriptedSentinel, from: string, to: string) =>
  network.publish(sentinel, '+switch-master', `shard-1 ${from} 6379 ${to} 6379`)
