import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as hashRing from './index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
const claim = /^(?<expression>\S.*?) \/\/ (?<value>'[^']*'|\[.*\]|\d+)/

test('every line of the example gives what its comment says', () => {
  const lines = example.split('\n').map((line) => {
    const { expression, value } = claim.exec(line)?.groups ?? {}
    return expression === undefined ? line : `expect(${expression}).toEqual(${value})`
  })
  const [imports, ...body] = lines
  expect(imports).toBe("import { createRing, hashTag, keySlot } from '@disredis/hash-ring'")
  const { createRing, hashTag, keySlot } = hashRing
  const run = new Function('createRing', 'hashTag', 'keySlot', 'expect', body.join('\n'))
  run(createRing, hashTag, keySlot, expect)
  expect.assertions(8)
})
