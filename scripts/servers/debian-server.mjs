import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Gets a server of a release of Debian with every library that it needs, its C library and loader
 * included, and unpacks them into `folder`: it runs on other releases too. Needs apt and dpkg, but no
 * root, and changes nothing else.
 *
 * @param {import('./known-servers.mjs').KnownServer} server
 * @param {string} folder
 * @returns {Promise<string>} the path of a launcher
 */
export async function debianServer({ package: name, release }, folder) {
  for (const path of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(folder, path), { recursive: true })
  }
  const config = join(folder, 'apt.conf')
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  writeFileSync(
    join(folder, 'sources.list'),
    `deb [signed-by=${keyring}] http://deb.debian.org/debian ${release} main\n`,
  )
  // Nothing counts as installed, so that everything is downloaded.
  writeFileSync(join(folder, 'status'), '')
  writeFileSync(
    config,
    [
      `Dir::State "${folder}";`,
      `Dir::State::lists "${folder}/lists";`,
      `Dir::State::status "${folder}/status";`,
      `Dir::Cache "${folder}/cache";`,
      `Dir::Etc::sourcelist "${folder}/sources.list";`,
      'Dir::Etc::sourceparts "/nonexistent";',
      'Debug::NoLocking "1";',
      'APT::Sandbox::User "root";',
      'Acquire::Languages "none";',
      'Acquire::Retries "1";',
      'Acquire::http::Timeout "20";',
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      '',
    ].join('\n'),
  )
  /** @param {string[]} args */
  const apt = (...args) =>
    run('apt-get', ['-q', '-c', config, '--no-install-recommends', ...args], {
      maxBuffer: 1 << 26,
      timeout: 120_000,
    })
  await apt('update')
  await apt('install', '--download-only', '--yes', name, 'libc6')

  const root = join(folder, 'root')
  const archives = join(folder, 'cache/archives')
  for (const name of readdirSync(archives)) {
    if (name.endsWith('.deb')) await run('dpkg-deb', ['-x', join(archives, name), root])
  }
  return writeLauncher(folder, root, name)
}

/**
 * It works wherever the folder is moved to.
 * @param {string} folder
 * @param {string} root
 * @param {string} name of the program
 */
function writeLauncher(folder, root, name) {
  const files = readdirSync(root, { recursive: true }).map((path) => join(root, String(path)))
  const loader = files.find((path) => /\/ld-linux[^/]*\.so\.\d+$/.test(path) && !/lib64/.test(path))
  // The server itself is a link to it, which is absolute in some releases.
  const checker = `/usr/bin/${name.replace('-server', '-check-rdb')}`
  const program = files.find((path) => path.endsWith(checker))
  if (loader === undefined || program === undefined) throw new Error(`No ${name} in ${root}`)
  /** @param {string} path */
  const here = (path) => `$here/${relative(folder, path)}`
  const libraries = [...new Set(files.filter((path) => /\.so(\.|$)/.test(path)).map(dirname))]
  const launcher = join(folder, name)
  writeFileSync(
    launcher,
    `#!/bin/sh
here=$(cd "\${0%/*}" && pwd)
exec "${here(loader)}" --library-path "${libraries.map(here).join(':')}" --argv0 ${name} "${here(program)}" "$@"
`,
  )
  chmodSync(launcher, 0o755)
  return launcher
}
