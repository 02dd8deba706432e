import { execFileSync } from 'node:child_process'
import { step } from '../actions/step.js'
import type { Step } from '../scenario.js'
import type { World } from '../world/world.js'

/** Rules of this namespace's own iptables; they go with it. */
function iptables(...args: readonly string[]): void {
  if (process.env.DISREDIS_CHAOS_NAMESPACE === undefined) {
    throw new Error('iptables is used in a network namespace of our own only')
  }
  execFileSync('iptables', args)
}

function portOf(world: World, name: string): string {
  return `${world.node(name).address.port}`
}

/** That share of the packets from and to the node is lost. */
export function loseSome(name: string, share: number): Step {
  return step(`${share * 100}% of the packets of ${name} are lost`, (world) => {
    for (const side of ['--sport', '--dport']) {
      const which = ['-p', 'tcp', side, portOf(world, name)]
      const chance = ['-m', 'statistic', '--mode', 'random', '--probability', `${share}`]
      iptables('-A', 'INPUT', ...which, ...chance, '-j', 'DROP')
    }
  })
}

/** No packet passes between clients and the node, on any connection; nobody is told. */
export function drop(name: string): Step {
  return step(`packets of ${name} are dropped`, (world) => {
    for (const side of ['--sport', '--dport']) {
      iptables('-A', 'INPUT', '-p', 'tcp', side, portOf(world, name), '-j', 'DROP')
    }
  })
}

/** A whole machine, by its address, is gone: nothing comes from it, nothing reaches it. */
export function dropMachine(host: string): Step {
  return step(`${host} is gone`, () => {
    iptables('-A', 'INPUT', '-s', host, '-j', 'DROP')
    iptables('-A', 'INPUT', '-d', host, '-j', 'DROP')
  })
}

export function passAll(): Step {
  return step('all packets pass', () => iptables('-F', 'INPUT'))
}
