import { spawnSync } from 'node:child_process'

/** The program that runs its arguments in a new network namespace, or why there is none. */
export type NamespaceCommand =
  | { readonly command: readonly string[] }
  | { readonly missing: string }

let found: NamespaceCommand | undefined

/**
 * A namespace lasts as long as its last process: nothing of it is left afterwards, and nothing
 * outside of it is touched. Root needs no more than that; others need user namespaces.
 */
export function namespaceCommand(): NamespaceCommand {
  found ??= find()
  return found
}

function find(): NamespaceCommand {
  if (process.platform !== 'linux') return { missing: 'network namespaces are of Linux only' }
  const unshare =
    process.getuid?.() === 0 ? ['unshare', '--net'] : ['unshare', '--map-root-user', '--net']
  // Where ip and iptables are, although not everybody has it in the PATH.
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`
  const probe =
    'ip link set lo up && iptables -A INPUT -p tcp -m statistic --mode random --probability 0.1 -j DROP'
  const [program, ...args] = unshare
  const { status, stderr, error } = spawnSync(program!, [...args, 'sh', '-c', probe], {
    encoding: 'utf8',
  })
  if (status === 0) return { command: unshare }
  const reason = error?.message ?? stderr.trim()
  return {
    missing: `needs a network namespace with iptables (install iproute2, iptables and util-linux; run as root or allow user namespaces): ${reason}`,
  }
}
