import { readFileSync } from 'node:fs'

/** Which system this is, as far as installing goes. `debian` stands for all that use its packages. */
export type System =
  | 'debian'
  | 'fedora'
  | 'alpine'
  | 'arch'
  | 'suse'
  | 'macos'
  | 'windows'
  | 'unknown'

const HOW: Record<System, string> = {
  debian: 'sudo apt install redis-server',
  fedora: 'sudo dnf install redis (or valkey)',
  alpine: 'sudo apk add redis',
  arch: 'sudo pacman -S valkey',
  suse: 'sudo zypper install redis (or valkey)',
  macos: 'brew install redis',
  windows: 'use Windows Subsystem for Linux (wsl --install), where Ubuntu has it',
  unknown: 'see https://redis.io/docs/latest/operate/oss_and_stack/install/',
}

/** How to install a server on `system`, as the end of a sentence. */
export function installAdvice(system: System): string {
  return HOW[system]
}

export function detectSystem(): System {
  if (process.platform === 'darwin') return 'macos'
  if (process.platform === 'win32') return 'windows'
  try {
    return systemOf(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return 'unknown'
  }
}

/** Reads os-release(5): ID is the system, ID_LIKE names those it is made from, nearest first. */
export function systemOf(osRelease: string): System {
  const field = (name: string) =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1]?.split(' ') ?? []
  const families: Record<string, System> = {
    debian: 'debian',
    ubuntu: 'debian',
    fedora: 'fedora',
    rhel: 'fedora',
    centos: 'fedora',
    amzn: 'fedora',
    alpine: 'alpine',
    arch: 'arch',
    suse: 'suse',
    opensuse: 'suse',
  }
  const known = [...field('ID'), ...field('ID_LIKE')].find((id) => families[id] !== undefined)
  return known === undefined ? 'unknown' : (families[known] ?? 'unknown')
}
