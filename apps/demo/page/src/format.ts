/** Where nothing is known. */
export const nothing = '—'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1,234` */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : whole.format(value)
}

/** `0.42 ms`, `12 ms`, `1,234 ms` */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return nothing
  const size = Math.abs(value)
  const digits = size < 1 ? 2 : size < 10 ? 1 : 0
  return `${size < 1000 ? value.toFixed(digits) : whole.format(value)} ms`
}

/** `1.7 s`, `24 s`; no line ends in between. */
export function seconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return nothing
  return `${(ms / 1000).toFixed(Math.abs(ms) < 9_950 ? 1 : 0)}\u00a0s`
}

/** `02:41`, `1:02:41` */
export function clock(ms: number): string {
  const all = Math.floor(ms / 1000)
  const part = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(all / 3600)
  const rest = `${part(Math.floor(all / 60) % 60)}:${part(all % 60)}`
  return hours === 0 ? rest : `${hours}:${rest}`
}

/** `0 B`, `812 B`, `1.2 kB`, `3.4 MB` */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return nothing
  if (value < 1000) return `${value} B`
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`
}

/** `just now`, `12 s ago`, `3 min ago` */
export function ago(ms: number): string {
  if (ms < 1_500) return 'just now'
  return ms < 90_000 ? `${Math.round(ms / 1000)} s ago` : `${Math.round(ms / 60_000)} min ago`
}

/** `1 write`, `3 writes` */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`
}
