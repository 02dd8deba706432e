import type { Instance, MasterInstance } from './instances.js'

/** An instance in the words of an event: `slave 10.0.0.2:6379 10.0.0.2 6379 @ shard 10.0.0.1 6379`. */
export function describeInstance(instance: Instance, master: MasterInstance | undefined): string {
  const { host, port } = instance.address
  if (instance.kind === 'master') return `master ${instance.name} ${host} ${port}`
  const name = instance.kind === 'slave' ? `${host}:${port}` : instance.id
  const of =
    master === undefined ? '' : ` @ ${master.name} ${master.address.host} ${master.address.port}`
  return `${instance.kind} ${name} ${host} ${port}${of}`
}
