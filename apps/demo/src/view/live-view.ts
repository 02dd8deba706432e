import type { WriteStream } from 'node:tty'
import type { Demo } from '../demo.js'
import { dashboard } from './dashboard.js'
import { frame } from './frame.js'
import { coloured, uncoloured } from './paint.js'
import { takeSnapshot } from './snapshot.js'
import type { View } from './view.js'

/** ms */
const interval = 200

const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'

/** A terminal to draw on. */
export type Screen = Pick<WriteStream, 'columns' | 'rows' | 'write' | 'on' | 'off'>

export interface Selection {
  /** Undefined: there are no keys. */
  readonly selected: number | undefined
  readonly message: string
  /** Where the page is; undefined: there is none. */
  readonly address?: string | undefined
}

/** Draws the terminal's view on a screen of its own, and gives the one of before back at the end. */
export class LiveView implements View {
  readonly #demo: Demo
  readonly #output: Screen
  readonly #selection: () => Selection
  readonly #timer: NodeJS.Timeout
  readonly #draw = () => this.draw()
  readonly #leave = () => this.#output.write(leave)
  #isOpen = true

  constructor(demo: Demo, output: Screen, selection: () => Selection) {
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
    const { selected, message, address } = this.#selection()
    const state = { snapshot: takeSnapshot(this.#demo), selected, message, address }
    const lines = dashboard(state, { columns, rows }, paint)
    this.#output.write(frame(lines, rows))
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
