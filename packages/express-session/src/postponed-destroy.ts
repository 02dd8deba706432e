import type { ServerResponse } from 'node:http'

type Destroy = (error?: Error) => unknown

interface Destroyable {
  destroy: Destroy
  readonly writable: boolean
}

/**
 * Express ends the connection of a response that was answered when its handler throws afterwards. By
 * then the answer has left; one that is held back has not, so it is let out first.
 */
export class PostponedDestroy {
  readonly #res: ServerResponse
  readonly #target: Destroyable | undefined
  readonly #destroy: Destroy = () => undefined
  #instead: Destroy | undefined
  #isOwn = false
  #isOver = false
  #isWanted = false

  constructor(res: ServerResponse) {
    this.#res = res
    // HTTP/2 has one socket for many responses: what stands for it ends the stream.
    const target = (res as { stream?: unknown }).stream ?? res.req?.socket ?? res.socket
    if (typeof target !== 'object' || target === null) return
    this.#target = target as Destroyable
    this.#isOwn = Object.hasOwn(target, 'destroy')
    const destroy = this.#target.destroy
    this.#destroy = destroy
    this.#instead = (...args) => {
      // With an error, or when nothing can be written any more, it is the network that speaks.
      const isLost = args[0] !== undefined || !(target as Destroyable).writable
      if (this.#isOver || isLost) return destroy.apply(target, args)
      this.#isWanted = true
      return target
    }
    this.#target.destroy = this.#instead
  }

  forget(): void {
    this.#isOver = true
    this.#isWanted = false
    this.#restore()
  }

  /** @param hasEnded the response ends by itself: not before that */
  settle(hasEnded: boolean): void {
    const isWanted = this.#isWanted
    this.forget()
    if (!isWanted) return
    const destroy = () => this.#destroy.call(this.#target)
    if (hasEnded && !this.#res.destroyed) this.#res.once('close', destroy)
    else destroy()
  }

  #restore(): void {
    // Unless somebody else, such as the next response of the connection, has come on top.
    if (this.#target === undefined || this.#target.destroy !== this.#instead) return
    if (this.#isOwn) this.#target.destroy = this.#destroy
    else Reflect.deleteProperty(this.#target, 'destroy')
  }
}
