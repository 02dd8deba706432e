/** Where commands say how long they may block: in seconds, but for the option BLOCK of streams. */
const places: ReadonlyMap<string, 'first' | 'last' | 'fifth' | 'BLOCK'> = new Map([
  ['blmpop', 'first'],
  ['bzmpop', 'first'],
  ['blmovem', 'fifth'],
  ['blmove', 'last'],
  ['blpop', 'last'],
  ['brpop', 'last'],
  ['brpoplpush', 'last'],
  ['bzpopmax', 'last'],
  ['bzpopmin', 'last'],
  ['xread', 'BLOCK'],
  ['xreadgroup', 'BLOCK'],
])

/**
 * ms for which this call may wait on the server; 0: for ever, or as long as an argument that cannot be
 * read says. Undefined for a call that asks and returns, as XREAD without BLOCK does.
 */
export function blockingTime(name: string, args: readonly unknown[]): number | undefined {
  switch (places.get(name)) {
    case 'first':
      return milliseconds(args[0], 1000)
    case 'fifth':
      return milliseconds(args[4], 1000)
    case 'last':
      return milliseconds(args[args.length - 1], 1000)
    case 'BLOCK': {
      const words = args.map((arg) => String(arg).toUpperCase())
      const at = words.indexOf('BLOCK')
      const keys = words.indexOf('STREAMS')
      // A key may be called so.
      return at === -1 || (keys !== -1 && keys < at) ? undefined : milliseconds(args[at + 1], 1)
    }
    default:
      // WAIT and its like, which no more than their own option limits.
      return 0
  }
}

function milliseconds(arg: unknown, unit: number): number {
  const time = Number(String(arg ?? '')) * unit
  return Number.isFinite(time) && time > 0 ? time : 0
}
