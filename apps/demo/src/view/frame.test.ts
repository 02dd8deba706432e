import xterm from '@xterm/headless'
import { expect, test } from 'vitest'
import { frame } from './frame.js'

const size = { cols: 20, rows: 4 }

/** What a terminal shows after it was sent these frames, without a line wrapping. */
async function shown(...frames: readonly string[]): Promise<string[]> {
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true })
  try {
    await new Promise<void>((resolve) => terminal.write(`\u001b[?7l${frames.join('')}`, resolve))
    const { active } = terminal.buffer
    return Array.from({ length: size.rows }, (_, i) => active.getLine(i)?.translateToString() ?? '')
  } finally {
    terminal.dispose()
  }
}

const full = ['#'.repeat(20), '.'.repeat(20), '='.repeat(20), `${'-'.repeat(19)}x`]

test('the last column of every line is there, on a full screen too', async () => {
  expect(await shown(frame(full, size.rows))).toEqual(full)
  expect(await shown(frame(full, size.rows), frame(full, size.rows))).toEqual(full)
})

test('what stood there before is gone', async () => {
  const lines = await shown(frame(full, size.rows), frame(['short', ''], size.rows))
  expect(lines.map((line) => line.trimEnd())).toEqual(['short', '', '', ''])
})
