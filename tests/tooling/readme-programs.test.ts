import { expect, test } from 'vitest'
import { readPrograms } from '../readme/programs.js'

const block = (code: string, language = 'js') => `\`\`\`${language}\n${code}\n\`\`\`\n`

test('every JavaScript and TypeScript block is a program, other languages are none', () => {
  const markdown = `# Title\n\n${block('npm i', 'sh')}\n${block('one()')}\ntext\n\n${block('two()', 'ts')}`
  expect(readPrograms(markdown)).toEqual([
    { line: 7, code: 'one()\n', until: undefined },
    { line: 13, code: 'two()\n', until: undefined },
  ])
})

test('a block that is not run says why', () => {
  expect(readPrograms(`<!-- not run: needs a cloud -->\n${block('one()')}`)).toEqual([])
  expect(() => readPrograms(`<!-- not run -->\n${block('one()')}`)).toThrow(
    'Line 2: "not run" needs a reason',
  )
})

test('a block can continue the one before it', () => {
  const markdown = `${block('one()')}\n<!-- continues -->\n\n${block('two()')}`
  expect(readPrograms(markdown)).toEqual([{ line: 1, code: 'one()\ntwo()\n', until: undefined }])
})

test('a block can serve until it has printed something', () => {
  const markdown = `<!-- run until: Listening on -->\n${block('serve()')}`
  expect(readPrograms(markdown)).toMatchObject([{ until: 'Listening on' }])
})

test('a mark that means nothing is refused', () => {
  expect(() => readPrograms(`<!-- dont run: x -->\n${block('one()')}`)).toThrow('means nothing')
})

test.each([
  ["ring.locate('k') // 'shard-1'", "$claim(ring.locate('k'), 'shard-1')"],
  ["await redis.get('k') // 'v': the promoted replica", "$claim(await redis.get('k'), 'v')"],
  ['console.log(list.length) // 3', '$claim(list.length, 3)'],
  ['  const n = await count() // 2', '  const n = await count(); $claim(n, 2)'],
  ["slots() // [[0, 5], [7, 9]], of 'b'", '$claim(slots(), [[0, 5], [7, 9]])'],
])('a comment claims what its line gives: %s', (line, asserted) => {
  expect(readPrograms(block(line))[0]?.code).toBe(`${asserted}\n`)
})

test.each([
  'await redis.close() // drains, then closes',
  "// 'a' and 'b' live on one shard",
  "const url = 'redis://h' // the address",
  '  timeout: 100, // 100 ms',
  'await redis.close({ timeout }) // 500 ms at most',
])('other comments claim nothing: %s', (line) => {
  expect(readPrograms(block(line))[0]?.code).toBe(`${line}\n`)
})
