import type { CommandMessage } from '@disredis/client'

/** More than any program has; what exceeds it has the value of all others together. */
const longest = 2000

/**
 * One value for each kind of command that is told apart, found without making anything: by where it was
 * written and its name, as long as it has neither a batch nor an error.
 */
export class CommandSeries<Value> {
  readonly #make: (message: CommandMessage) => Value
  readonly #byAddress = new Map<unknown, Map<string, Value>>()
  #address: unknown
  #ofAddress: Map<string, Value> = new Map()
  #count = 0

  /** @param make the value of commands like this one */
  constructor(make: (message: CommandMessage) => Value) {
    this.#make = make
  }

  get(message: CommandMessage): Value {
    const { error, size, command, address } = message
    if (error !== undefined || size !== undefined) return this.#make(message)
    if (address !== this.#address) this.#turnTo(address)
    const known = this.#ofAddress.get(command)
    if (known !== undefined) return known
    const value = this.#make(message)
    if (this.#count++ < longest) this.#ofAddress.set(command, value)
    return value
  }

  /** What was made is not true any more: another shard, or another state of it. */
  forget(): void {
    this.#byAddress.clear()
    this.#count = 0
    this.#address = undefined
    this.#ofAddress = new Map()
  }

  #turnTo(address: unknown): void {
    this.#address = address
    let ofAddress = this.#byAddress.get(address)
    if (ofAddress === undefined) {
      ofAddress = new Map()
      this.#byAddress.set(address, ofAddress)
    }
    this.#ofAddress = ofAddress
  }
}
