import { spawn } from 'node:child_process'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether there is likely a browser beside this terminal. */
export function hasBrowser(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (env.SSH_CONNECTION || env.CI) return false
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME || env.BROWSER)
}

/** Opens an address in the user's browser. @param onTrouble told when that is not possible */
export function openBrowser(
  address: string,
  env: Environment,
  onTrouble: (message: string) => void,
  platform: NodeJS.Platform = process.platform,
): void {
  const [command = '', ...args] = commandOf(env, platform)
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true })
  child.on('error', (error) => onTrouble(`No browser could be opened: ${error.message}`))
  child.unref()
}

function commandOf(env: Environment, platform: NodeJS.Platform): readonly string[] {
  if (env.BROWSER) return [env.BROWSER]
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return env.WSL_DISTRO_NAME ? ['explorer.exe'] : ['xdg-open']
}
