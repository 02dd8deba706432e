const home = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/**
 * What draws lines over the screen of before.
 *
 * A line is erased before it is written, never behind: behind a line of full width the cursor still
 * stands in its last column, and erasing would take that.
 *
 * @param rows of the screen; there are at most as many lines
 */
export function frame(lines: readonly string[], rows: number): string {
  const drawn = lines.map((line) => `${clearLine}${line}`).join('\r\n')
  return `${home}${drawn}${lines.length < rows ? `\r\n${clearBelow}` : ''}`
}
