/** Colours text for a terminal, or leaves it alone. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`
const plain = (text: string) => text

export const coloured: Paint = {
  bold: sgr(1),
  dim: sgr(2),
  good: sgr(32),
  warn: sgr(33),
  bad: sgr(31),
}

export const uncoloured: Paint = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain }
