import type { Writable } from 'node:stream'
import type { Demo } from '../demo.js'
import { clock, count, milliseconds } from './format.js'
import { type Snapshot, takeSnapshot } from './snapshot.js'
import type { View } from './view.js'

/** ms between two lines of figures. */
const interval = 5_000

/** A line of figures now and then, where there is no terminal to draw on. */
export class PlainView implements View {
  readonly #timer: NodeJS.Timeout

  constructor(demo: Demo, output: Writable) {
    this.#timer = setInterval(() => {
      output.write(`${figures(takeSnapshot(demo), demo.log.elapsed)}\n`)
    }, interval)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

export function figures({ shards, unsettled, health }: Snapshot, elapsed: number): string {
  const sum = (values: readonly number[]) => count(values.reduce((all, value) => all + value, 0))
  const slowest = Math.max(...shards.map(({ rate }) => rate.p99 ?? 0))
  return (
    `${clock(elapsed)}  ${health}: ${sum(shards.map(({ rate }) => rate.operations))} ops/s, ` +
    `p99 ${milliseconds(slowest)} ms, ${sum(shards.map(({ writes }) => writes.acknowledged))} acknowledged, ` +
    `${sum(shards.map(({ writes }) => writes.verified))} verified, ` +
    `${sum(shards.map(({ writes }) => writes.lost))} lost, ` +
    `${sum(shards.map(({ writes }) => writes.duplicated))} twice, ${unsettled} unsettled`
  )
}
