import { expect, test } from 'vitest'
import { installAdvice, systemOf } from './install-advice.js'

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', 'debian'],
  ['ID=ubuntu\nID_LIKE=debian\n', 'debian'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'debian'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
  ['ID=alpine\nVERSION_ID=3.20.0\n', 'alpine'],
  ["ID='manjaro'\nID_LIKE='arch'\n", 'arch'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'suse'],
  ['ID=nixos\n', 'unknown'],
  ['', 'unknown'],
])('os-release %j is %s', (osRelease, system) => {
  expect(systemOf(osRelease)).toBe(system)
})

test('each system is told its own command', () => {
  expect(installAdvice('alpine')).toBe('sudo apk add redis')
  expect(installAdvice('macos')).toBe('brew install redis')
  expect(installAdvice('windows')).toMatch(/Windows Subsystem for Linux/)
})
