import type { Disredis } from '@disredis/client'
import type { ClientProcess } from '../world/client-process.js'
import type { UserContext } from './user-context.js'

/** Listens on some channels, and keeps what it hears. */
export class SubscribingUser {
  readonly channels: readonly string[]
  /** Channels that the server has confirmed once: they are to be heard for ever. */
  readonly confirmed = new Set<string>()
  readonly heard = new Set<string>()

  constructor(client: Disredis, process: ClientProcess, context: UserContext) {
    this.channels = ['news', 'weather', 'sports'].map((name) => `${name}:${process.name}`)
    client.on('message', (channel: string, message: string) => {
      this.heard.add(`${channel} ${message}`)
      context.onReached('event message')
    })
    client.on('subscriptionsRestored', ({ shard }) => {
      context.world.journal.write(process.name, `subscriptionsRestored ${shard}`)
      context.onReached('event subscriptionsRestored')
    })
    for (const channel of this.channels) {
      client.subscribe(channel).then(
        () => this.confirmed.add(channel),
        // Its time was over: the client goes on trying as long as it is wanted, or not.
        () => context.onReached('subscription refused or late'),
      )
    }
  }
}
