import { describe, expect, test } from 'vitest'
import { readWorkspaces } from '../../scripts/workspaces.mjs'

// What a workspace does not name, `npm test` would pass over in silence.
describe.each(readWorkspaces())('$manifest.name', ({ manifest: { scripts, ...manifest } }) => {
  test('is linted and type-checked on its own', () => {
    expect(scripts).toMatchObject({
      lint: 'biome check .',
      typecheck: expect.stringMatching(/^tsc -p tsconfig.json\b/),
    })
  })

  if (manifest.private === true) return
  test('is built and tested on its own', () => {
    expect(scripts).toMatchObject({
      build: expect.stringMatching(
        /^(?:node ..\/..\/scripts\/build-package.mjs|tsc -p tsconfig.build.json)$/,
      ),
      'test:unit': expect.stringMatching(/^vitest run (?:--dir )?src\b/),
      'test:server': expect.stringMatching(/^vitest run --dir test\b/),
    })
  })
})
