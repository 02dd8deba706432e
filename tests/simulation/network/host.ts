import type { Accept, ChannelEnd, EndHost } from './channel-end.js'

/** A machine with one process on it, and its kernel: that one goes on when the process is frozen. */
export class Host implements EndHost {
  readonly name: string
  readonly ip: string
  /** False: nothing comes from there, not even a refusal. */
  isUp = true
  /** The process runs no instruction; its kernel accepts connections and takes bytes. */
  isFrozen = false
  readonly listeners = new Map<number, Accept>()
  readonly ends = new Set<ChannelEnd>()

  constructor(name: string, ip: string) {
    this.name = name
    this.ip = ip
  }

  freeze(): void {
    this.isFrozen = true
    for (const end of this.ends) end.pause()
  }

  thaw(): void {
    this.isFrozen = false
    // As epoll has it: what became readable first is read first, to its end.
    const ends = [...this.ends].sort((a, b) => a.readableSince - b.readableSince)
    for (const end of ends) end.resume()
  }

  /** The process has died: its kernel closes what it had open. */
  kill(isReset: boolean): void {
    this.isFrozen = false
    this.listeners.clear()
    for (const end of [...this.ends]) {
      if (isReset) end.reset()
      else end.close()
    }
  }

  /** The machine has lost its power: nobody is told. */
  powerOff(): void {
    this.isUp = false
    this.isFrozen = false
    this.listeners.clear()
    for (const end of [...this.ends]) end.vanish()
  }
}
