import { useEffect, useState } from 'preact/hooks'

/** Whether this browser may break things, and what its last action came to. */
export interface OperatorState {
  /** Undefined: not known yet. */
  readonly isOperator: boolean | undefined
  readonly message: string
  readonly isRefusal: boolean
}

let state: OperatorState = { isOperator: undefined, message: '', isRefusal: false }
let csrf = ''
const listeners = new Set<() => void>()

export function useOperator(): OperatorState {
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

/** To be called for each start of the demo that the page meets: each has secrets of its own. */
export async function learnOperator(): Promise<void> {
  const response = await fetch('/api/operator')
  const answer = (await response.json()) as { isOperator: boolean; csrf: string | null }
  csrf = answer.csrf ?? ''
  change({ isOperator: answer.isOperator })
}

export function say(message: string, isRefusal = false): void {
  change({ message, isRefusal })
}

/** Asks the demo to do something, and shows what it says. */
export async function act(action: Readonly<Record<string, string>>): Promise<void> {
  try {
    const response = await fetch('/api/actions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
      body: JSON.stringify(action),
    })
    const { said } = (await response.json()) as { said: string }
    say(said, !response.ok)
  } catch {
    say('The demo does not answer.', true)
  }
}

function change(changes: Partial<OperatorState>): void {
  state = { ...state, ...changes }
  for (const listener of listeners) listener()
}
