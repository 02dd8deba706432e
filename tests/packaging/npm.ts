import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']

/** Runs npm in a folder. Rejects with npm's output in the message. */
export async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  const { npm_execpath: cli, ...env } = process.env
  const [program, ...first] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const { stdout } = await promisify(execFile)(program as string, [...first, ...args, ...quiet], {
    cwd: folder,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !isOfThisRun(name))),
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** npm tells its scripts where and how it runs; another npm would take it for its own settings. */
function isOfThisRun(name: string): boolean {
  return /^npm_(?!config_)|^npm_config_(local_prefix|workspaces?|include_workspace_root)$|^INIT_CWD$/.test(
    name,
  )
}
