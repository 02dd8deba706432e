import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checks } from '../src/doctor/checks.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const codes = checks.map(({ code }) => code)

test('every code is used once', () => {
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})

test('every check has a section in the documentation, with its severity and its sentence', () => {
  const page = read('../../../docs/doctor.md')
  for (const { code, severity, title } of checks) {
    expect(page).toContain(`\n### ${code}\n\n**${severity}.** ${title}.\n\n`)
  }
  const sections = [...page.matchAll(/^### (.*)$/gm)].map(([, code]) => code!)
  expect(sections.filter((code) => !codes.includes(code))).toEqual([])
})

test('for every check a test makes the fault on real servers', () => {
  const tests = readdirSync(new URL('.', import.meta.url))
    .filter((file) => /^doctor-(?!coverage).*\.test\.ts$/.test(file))
    .map((file) => read(file))
    .join('\n')
  expect(codes.filter((code) => !tests.includes(`'${code}'`))).toEqual([])
})
