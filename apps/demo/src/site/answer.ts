/** What became of a form, in words. It goes into the address of the page that is shown next. */
export function saidIn(url: string | undefined): string | undefined {
  const said = new URL(url ?? '/', 'http://localhost').searchParams.get('said')
  return said === null ? undefined : said.slice(0, 200)
}

export function pageAfter(page: string, said: string): string {
  return `${page}?said=${encodeURIComponent(said)}`
}

/** A browser that sent a form wants a page, a program that sent JSON wants JSON. */
export function wantsPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false
}

/** A text of at least one character, at most `longest`; undefined for anything else. */
export function textOf(value: unknown, longest: number): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' || text.length > longest ? undefined : text
}

/** ms that a request holds its session, so that two of them overlap; at most five seconds. */
export function holdOf(value: unknown): number {
  const ms = Number(value)
  return Number.isFinite(ms) ? Math.min(5_000, Math.max(0, ms)) : 0
}
