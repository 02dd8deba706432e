import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Check, Step } from '../scenario.js'
import { check, step } from './step.js'

/** Asks for a string of that many bytes and looks at what the process needs for it. */
export function hugeReply(bytes: number): Step {
  return step(`a reply of ${bytes / 2 ** 20} MiB`, async ({ client, ledger, figures }) => {
    const [lane] = ledger.lanes
    const key = lane!.own.replace('own', 'huge')
    await client.setrange(key, bytes - 1, 'x')
    const before = process.memoryUsage().rss
    let most = before
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 5)
    const reply = await client.with({ timeout: 60_000 }).getBuffer(key)
    clearInterval(timer)
    most = Math.max(most, process.memoryUsage().rss)
    figures.set('rssGrowth', most - before)
    if (reply?.length !== bytes) throw new Error(`${reply?.length} bytes came`)
    if (reply[bytes - 1] !== 'x'.charCodeAt(0)) throw new Error('it ends in something else')
    await client.del(key)
  })
}

/** The memory of the process (RSS) at that moment, after a garbage collection. */
export function memory(name: string): Step {
  return step(`RSS ${name}`, async ({ figures }) => {
    await collect()
    figures.set(name, process.memoryUsage().rss)
  })
}

/** The heap in use at that moment, after a garbage collection. */
export function noteHeap(name: string): Step {
  return step(`heap ${name}`, async ({ figures }) => {
    await collect()
    const { heapUsed, external } = process.memoryUsage()
    figures.set(name, heapUsed + external)
  })
}

/** What was noted last is at most that many bytes more than what was noted first. */
export function stayedBelow(first: string, last: string, bytes: number): Check {
  return check(`growth below ${Math.round(bytes / 2 ** 20)} MiB`, ({ figures }) => {
    const growth = figures.get(last)! - figures.get(first)!
    figures.set('growth', growth)
    return growth <= bytes ? undefined : `it was ${Math.round(growth / 2 ** 20)} MiB`
  })
}

async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    global.gc?.()
    await nextTurn()
  }
}
