import type { Demo } from './demo.js'
import type { FaultKind } from './script/statement.js'
import type { Key } from './view/keyboard.js'

/** How the person at the keyboard ended it. */
export type End = 'quit' | 'interrupt'

/** What keys do besides faults. */
export interface KeyActions {
  /** Where the page is; undefined: there is none. */
  readonly address: string | undefined
  /** Opens the page in a browser. */
  readonly open: (address: string) => void
  /** Shows the view of the terminal. */
  readonly showTerminal: () => void
}

const noActions: KeyActions = { address: undefined, open: () => {}, showTerminal: () => {} }

/** Turns keys into faults on the selected shard. Faults of several shards may overlap. */
export class Interactive {
  /** Resolves at the key that ends it. */
  readonly ended: Promise<End>
  readonly #demo: Demo
  readonly #actions: KeyActions
  #end: (end: End) => void = () => {}
  #selected = 0
  #message = ''

  constructor(demo: Demo, actions: KeyActions = noActions) {
    this.#demo = demo
    this.#actions = actions
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get selected(): number {
    return this.#selected
  }

  get address(): string | undefined {
    return this.#actions.address
  }

  /** What to tell about the last key. */
  get message(): string {
    return this.#message
  }

  press(key: Key): void {
    const { conductor, shards } = this.#demo
    const shard = this.#shard
    switch (key.do) {
      case 'pick':
        if (key.index < shards.length) this.#selected = key.index
        break
      case 'next':
        this.#selected = (this.#selected + 1) % shards.length
        break
      case 'previous':
        this.#selected = (this.#selected + shards.length - 1) % shards.length
        break
      case 'open':
        this.#open()
        break
      case 'terminal':
        this.#actions.showTerminal()
        break
      case 'quit':
      case 'interrupt':
        this.#end(key.do)
        break
      case 'restore':
        this.#do(`restoring ${shard}`, () => conductor.restore(shard))
        break
      default:
        this.#inject(key.do)
    }
  }

  get #shard(): string {
    return this.#demo.shards[this.#selected] ?? ''
  }

  #open(): void {
    const { address, open } = this.#actions
    if (address === undefined) this.#message = 'There is no page: start without --terminal'
    else {
      open(address)
      this.#message = `Opening ${address}`
    }
  }

  #inject(kind: FaultKind): void {
    const { conductor, deployment } = this.#demo
    const shard = this.#shard
    if (deployment.faults.includes(kind)) {
      const doing = `${kind} of ${shard}: as soon as its replica is in sync`
      this.#do(doing, () => conductor.inject(kind, shard))
    } else {
      this.#message = `No ${kind} here: this deployment is not the demo's own`
    }
  }

  #do(doing: string, action: () => Promise<void>): void {
    this.#message = doing
    action().then(
      () => {
        if (this.#message === doing) this.#message = ''
      },
      (error: unknown) => {
        this.#message = error instanceof Error ? error.message : String(error)
        this.#demo.log.add(this.#message)
      },
    )
  }
}
