import { type ServerAddress, serverName } from '../node/server-messages.js'
import type { Election } from './election.js'
import { currentAddress, type Instance, type MasterInstance } from './instances.js'
import type { SentinelContext } from './sentinel-context.js'

export interface GreetingsContext extends SentinelContext {
  readonly election: Election
}

/** Hello messages: how Sentinels find each other, and agree on where the masters are. */
export class Greetings {
  readonly #sentinel: GreetingsContext

  constructor(sentinel: GreetingsContext) {
    this.#sentinel = sentinel
  }

  send(master: MasterInstance, instance: Instance): void {
    const sentinel = this.#sentinel
    const { host, port } = sentinel.address
    const current = currentAddress(master)
    const message = [
      host,
      port,
      sentinel.id,
      sentinel.currentEpoch,
      master.name,
      current.host,
      current.port,
      master.configEpoch,
    ].join(',')
    instance.link.request({ kind: 'publish', message }, (answer) => {
      if (answer !== undefined) instance.lastPublished = sentinel.now
    })
  }

  /** All are greeted at their next turn. */
  force(master: MasterInstance): void {
    const { helloPeriod } = this.#sentinel.surroundings.times
    const instances = [master, ...master.replicas.values(), ...master.peers.values()]
    for (const instance of instances) instance.lastPublished -= helloPeriod + 1
  }

  hear(message: string): void {
    const sentinel = this.#sentinel
    if (!sentinel.isRunning) return
    const [host, port, id, epoch, name, masterHost, masterPort, configEpoch] = message.split(
      ',',
    ) as [string, string, string, string, string, string, string, string]
    if (id === sentinel.id) return
    const master = sentinel.masters.get(name)
    if (master === undefined) return
    const address = { host, port: Number(port) }
    this.#meet(master, id, address)
    sentinel.election.adoptEpoch(Number(epoch))
    const peer = master.peers.get(id)!
    peer.lastHello = sentinel.now
    if (Number(configEpoch) <= master.configEpoch) return
    master.configEpoch = Number(configEpoch)
    const named = { host: masterHost, port: Number(masterPort) }
    if (serverName(named) === serverName(master.address)) return
    sentinel.event('+config-update-from', peer)
    const { host: oldHost, port: oldPort } = master.address
    sentinel.publish('+switch-master', `${name} ${oldHost} ${oldPort} ${named.host} ${named.port}`)
    sentinel.switchTo(master, named)
  }

  #meet(master: MasterInstance, id: string, address: ServerAddress): void {
    const sentinel = this.#sentinel
    const known = master.peers.get(id)
    if (known !== undefined && serverName(known.address) === serverName(address)) return
    if (known !== undefined) {
      sentinel.event('+sentinel-address-switch', known)
      sentinel.removePeer(master, id)
    } else {
      for (const it of sentinel.masters.values()) {
        for (const peer of [...it.peers.values()]) {
          if (serverName(peer.address) === serverName(address)) sentinel.removePeer(it, peer.id)
        }
      }
    }
    const peer = sentinel.addPeer(master, id, address)
    sentinel.event('+sentinel', peer)
    sentinel.save()
  }
}
