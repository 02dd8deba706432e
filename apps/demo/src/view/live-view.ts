import type { WriteStream } from 'node:tty'
import type { Demo } from '../demo.js'
import { dashboard } from './dashboard.js'
import { coloured, uncoloured } from './paint.js'
import { takeSnapshot } from './snapshot.js'
import type { View } from './view.js'

/** ms */
const interval = 200

const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

export interface Selection {
  /** Undefined: there are no keys. */
  readonly selected: number | undefined
  readonly message: string
}

/** Draws the dashboard on a screen of its own, and gives the one of before back at the end. */
export class LiveView implements View {
  readonly #demo: Demo
  readonly #output: WriteStream
  readonly #selection: () => Selection
  readonly #timer: NodeJS.Timeout
  readonly #draw = () => this.draw()
  readonly #leave = () => this.#output.write(leave)
  #isOpen = true

  constructor(demo: Demo, output: WriteStream, selection: () => Selection) {
    this.#demo = demo
    this.#output = output
    this.#selection = selection
    output.write(enter)
    // Whatever ends this process, the terminal stays usable.
    process.once('exit', this.#leave)
    output.on('resize', this.#draw)
    this.#timer = setInterval(this.#draw, interval)
    this.draw()
  }

  draw(): void {
    const { columns, rows } = this.#output
    const paint = process.env.NO_COLOR ? uncoloured : coloured
    const state = { snapshot: takeSnapshot(this.#demo), ...this.#selection() }
    const lines = dashboard(state, { columns, rows }, paint)
    this.#output.write(`${home}${lines.join(`${clearLine}\r\n`)}${clearLine}${clearBelow}`)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    clearInterval(this.#timer)
    this.#output.off('resize', this.#draw)
    process.off('exit', this.#leave)
    this.#leave()
  }
}
