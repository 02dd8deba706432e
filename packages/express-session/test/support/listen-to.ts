import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Gathers what is told on a diagnostics channel. */
export function listenTo(name: string): Disposable & { readonly messages: unknown[] } {
  const messages: unknown[] = []
  const listen = (message: unknown) => messages.push(message)
  subscribe(name, listen)
  return { messages, [Symbol.dispose]: () => unsubscribe(name, listen) }
}
