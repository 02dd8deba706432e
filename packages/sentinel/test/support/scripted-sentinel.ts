import { randomBytes } from 'node:crypto'
import { type Address, formatAddress, isSameAddress, type SentinelReply } from '../../src/index.js'

export interface ScriptedMaster {
  /** What GET-MASTER-ADDR-BY-NAME says. */
  address: Address
  /** A text for a number that JavaScript does not have. */
  epoch: number | string
  flags?: string
  replicas?: Address[]
  /** Of a failover that this Sentinel leads: `failover-state`, and the chosen replica. */
  failover?: { readonly state: string; readonly replica?: Address }
}

/** A Sentinel that says what it is told to, for what real ones cannot be made to say. */
export class ScriptedSentinel {
  readonly address: Address
  id: string
  role: SentinelReply = ['sentinel', []]
  masters: Record<string, ScriptedMaster> = {}
  /** The Sentinels that it lists, itself left out. */
  others: { readonly id: string; readonly address: Address }[] = []
  /** Answers in place of the usual ones, by command; `undefined` for the usual one. */
  override: (command: readonly string[]) => SentinelReply | undefined = () => undefined
  /** Every command it was sent. */
  readonly heard: string[] = []

  constructor(address: Address, id = randomBytes(20).toString('hex')) {
    this.address = address
    this.id = id
  }

  answer(command: readonly string[]): SentinelReply {
    this.heard.push(command.join(' '))
    const overridden = this.override(command)
    if (overridden !== undefined) return overridden
    const [name, subcommand, master] = command
    if (name === 'ROLE') return this.role
    if (name !== 'SENTINEL') return new Error(`ERR unknown command '${name}'`)
    switch (subcommand) {
      case 'MYID':
        return this.id
      case 'MASTERS':
        return Object.entries(this.masters).map(([key, value]) => this.#describe(key, value))
    }
    const found = this.masters[master ?? '']
    if (subcommand === 'GET-MASTER-ADDR-BY-NAME') {
      return found === undefined ? null : [found.address.host, String(found.address.port)]
    }
    if (found === undefined) return new Error('ERR No such master with that name')
    return subcommand === 'REPLICAS'
      ? (found.replicas ?? []).map((replica) =>
          describeReplica(replica, isSameAddress(replica, found.failover?.replica)),
        )
      : this.others.map(describeSentinel)
  }

  #describe(name: string, { address, epoch, flags, replicas, failover }: ScriptedMaster): string[] {
    return [
      ...['name', name, 'ip', address.host, 'port', String(address.port)],
      ...['flags', flags ?? 'master', 'config-epoch', String(epoch), 'quorum', '2'],
      ...['num-slaves', String(replicas?.length ?? 0)],
      ...['num-other-sentinels', String(this.others.length), 'a-field-of-tomorrow', 'x'],
      ...(failover === undefined ? [] : ['failover-state', failover.state]),
    ]
  }
}

function describeReplica(address: Address, isPromoted: boolean): string[] {
  return [
    ...['name', formatAddress(address), 'ip', address.host, 'port', String(address.port)],
    ...[
      'flags',
      isPromoted ? 'slave,promoted' : 'slave',
      'master-link-status',
      'ok',
      'slave-priority',
      '100',
    ],
  ]
}

function describeSentinel({ id, address }: { readonly id: string; readonly address: Address }) {
  const { host, port } = address
  return ['name', id, 'ip', host, 'port', String(port), 'runid', id, 'flags', 'sentinel']
}
