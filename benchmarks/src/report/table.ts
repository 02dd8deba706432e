/** Rows under headings: columns of text first, then figures. */
export interface Table {
  /** How many of the columns are text, which is aligned to the left. Default 1. */
  readonly textColumns?: number
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** For a terminal: columns padded with spaces, figures to the right. */
export function renderText({ headings, rows, textColumns = 1 }: Table): string {
  const lines = [headings, ...rows]
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  )
  return lines
    .map((line) =>
      widths
        .map((width, column) => {
          const text = line[column] ?? ''
          return column < textColumns ? text.padEnd(width) : text.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** GitHub's Markdown. */
export function renderMarkdown({ headings, rows, textColumns = 1 }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const alignment = headings.map((_, column) => (column < textColumns ? '---' : '---:'))
  return [line(headings), line(alignment), ...rows.map(line)].join('\n')
}
