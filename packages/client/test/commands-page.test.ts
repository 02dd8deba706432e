import { expect, test } from 'vitest'
import { commandsPage } from '../test-support/commands-page.js'

test('docs/commands.md says what the routing table says', async () => {
  await expect(commandsPage()).toMatchFileSnapshot('../../../docs/commands.md')
})
