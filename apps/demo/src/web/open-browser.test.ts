import { expect, test } from 'vitest'
import { hasBrowser } from './open-browser.js'

test.each([
  [{}, 'darwin', true],
  [{}, 'linux', false],
  [{ DISPLAY: ':0' }, 'linux', true],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  [{ WSL_DISTRO_NAME: 'Debian' }, 'linux', true],
  [{ DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'linux', false],
  [{ CI: 'true' }, 'darwin', false],
] as const)('%j on %s: %s', (env, platform, expected) => {
  expect(hasBrowser(env, platform)).toBe(expected)
})
