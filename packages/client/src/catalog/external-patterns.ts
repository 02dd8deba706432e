/**
 * The key patterns by which SORT and SORT_RO read other keys (`BY weight_*`, `GET object_*->name`), up
 * to `->`. Those that read nothing else are left out: `GET #`, and every pattern without `*`.
 */
export function externalPatterns(args: readonly unknown[]): string[] {
  const patterns: string[] = []
  for (let i = 1; i < args.length; i++) {
    const word = String(args[i]).toUpperCase()
    if (word === 'LIMIT') i += 2
    else if (word === 'STORE') i += 1
    else if (word === 'BY' || word === 'GET') {
      const [pattern] = String(args[++i] ?? '').split('->') as [string]
      if (pattern.includes('*')) patterns.push(pattern)
    }
  }
  return patterns
}
