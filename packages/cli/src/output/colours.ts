/** Colours by meaning; without a terminal they are the text itself. */
export interface Colours {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

const style = (code: number, end: number) => (text: string) =>
  `\u001b[${code}m${text}\u001b[${end}m`
const plain = (text: string) => text

const coloured: Colours = {
  good: style(32, 39),
  bad: style(31, 39),
  warn: style(33, 39),
  strong: style(1, 22),
  faint: style(2, 22),
}

const uncoloured: Colours = { good: plain, bad: plain, warn: plain, strong: plain, faint: plain }

export function coloursOf(terminal: { readonly hasColour: boolean }): Colours {
  return terminal.hasColour ? coloured : uncoloured
}
