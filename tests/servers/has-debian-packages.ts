import { existsSync } from 'node:fs'

/** Servers of Debian can be unpacked here. */
export const hasDebianPackages =
  process.platform === 'linux' &&
  ['/usr/bin/apt-get', '/usr/bin/dpkg-deb', '/usr/share/keyrings/debian-archive-keyring.gpg'].every(
    (path) => existsSync(path),
  )
