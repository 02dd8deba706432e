/** Reads commands as clients send them: arrays of bulk strings. A chunk may end anywhere. */
export class RequestReader {
  #text = ''

  /** @throws Error for anything else */
  read(chunk: string): string[][] {
    const text = this.#text + chunk
    const requests: string[][] = []
    let at = 0
    for (;;) {
      const request = readRequest(text, at)
      if (request === undefined) break
      requests.push(request.args)
      at = request.end
    }
    this.#text = text.slice(at)
    return requests
  }
}

function readRequest(text: string, start: number): { args: string[]; end: number } | undefined {
  if (start >= text.length) return undefined
  const head = readLine(text, start)
  if (head === undefined) return undefined
  if (text[start] !== '*') throw new Error(`A request begins with *, not ${text[start]}`)
  const args: string[] = []
  let at = head.end
  for (let left = Number(head.line.slice(1)); left > 0; left--) {
    const size = readLine(text, at)
    if (size === undefined) return undefined
    if (text[at] !== '$') throw new Error(`An argument begins with $, not ${text[at]}`)
    const end = size.end + Number(size.line.slice(1))
    if (end + 2 > text.length) return undefined
    args.push(text.slice(size.end, end))
    at = end + 2
  }
  return { args, end: at }
}

function readLine(text: string, start: number): { line: string; end: number } | undefined {
  const at = text.indexOf('\r\n', start)
  return at === -1 ? undefined : { line: text.slice(start, at), end: at + 2 }
}
