import { useEffect, useState } from 'preact/hooks'
import type { SessionView } from '../../src/site/session-facts.js'

/** What the two applications say of this browser. */
export interface AccountState {
  /** Undefined: not asked yet. */
  readonly express: SessionView | undefined
  readonly fastify: SessionView | undefined
  readonly devices: number
  /** Asked, and not answered yet. */
  readonly isWaiting: boolean
  readonly said: string
}

let state: AccountState = {
  express: undefined,
  fastify: undefined,
  devices: 0,
  isWaiting: false,
  said: '',
}
let refreshing: Promise<void> | undefined
const listeners = new Set<() => void>()
/** ms; an answer that takes longer waits for a failover, and the page says so. */
const patience = 300

export function useAccount(): AccountState {
  const [, setVersion] = useState(0)
  useEffect(() => {
    const listener = () => setVersion((version) => version + 1)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return state
}

/** Asks both applications again; one question at a time. */
export function refreshAccount(): Promise<void> {
  refreshing ??= waitVisibly(async () => {
    const [express, fastify] = await Promise.all([
      ask<SessionView>('/express/session'),
      ask<SessionView>('/fastify/session'),
    ])
    const devices = fastify.user === null ? [] : await ask<unknown[]>('/fastify/devices')
    change({ express, fastify, devices: devices.length })
  }).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** Sends what a form of the site would send, and shows what came of it. */
export async function send(
  path: string,
  body: Readonly<Record<string, string>> = {},
): Promise<void> {
  await waitVisibly(async () => {
    const { said } = await ask<{ said: string }>(path, body)
    change({ said })
  })
  await refreshAccount()
}

/** Changes two fields of the session in two requests at once, one to each framework. */
export async function changeTwiceAtOnce(): Promise<void> {
  const hold = '600'
  await waitVisibly(async () => {
    const pick = (all: readonly string[]) => all[Math.floor(Math.random() * all.length)] as string
    const drink = pick(['tea', 'coffee', 'mate', 'cocoa', 'water'])
    const town = pick(['Turin', 'Lagos', 'Kyoto', 'Quito', 'Oslo'])
    await Promise.all([
      ask('/express/profile', { field: 'drink', value: drink, hold }),
      ask('/fastify/profile', { field: 'town', value: town, hold }),
    ])
    const { drink: a, town: b } = await ask<SessionView>('/express/session')
    const both = a === drink && b === town
    change({
      said: both
        ? `Express wrote ${drink} while Fastify wrote ${town}: both survived.`
        : `Express wrote ${drink}, Fastify wrote ${town}; the session has ${a} and ${b}.`,
    })
  })
  await refreshAccount()
}

async function waitVisibly(work: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => change({ isWaiting: true }), patience)
  try {
    await work()
  } catch {
    change({ said: 'The demo does not answer.' })
  } finally {
    clearTimeout(timer)
    change({ isWaiting: false })
  }
}

async function ask<Body>(path: string, body?: Readonly<Record<string, string>>): Promise<Body> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(path, body === undefined ? {} : post)
  if (response.status >= 500) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as Body
}

function change(changes: Partial<AccountState>): void {
  state = { ...state, ...changes }
  for (const listener of listeners) listener()
}
