/** `1,234` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** ms as a reader takes them in: `0.42`, `3.1`, `187`; `-` for nothing. */
export function milliseconds(value: number | null): string {
  if (value === null) return '-'
  const size = Math.abs(value)
  return value.toFixed(size < 1 ? 2 : size < 100 ? 1 : 0)
}

/** `02:41` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const part = (value: number) => String(value).padStart(2, '0')
  return `${part(Math.floor(seconds / 60))}:${part(seconds % 60)}`
}

/** Cut or filled to a width; negative: filled on the left, for numbers. */
export function cell(text: string, width: number): string {
  const size = Math.abs(width)
  const cut = text.length > size ? `${text.slice(0, size - 1)}…` : text
  return width < 0 ? cut.padStart(size) : cut.padEnd(size)
}
