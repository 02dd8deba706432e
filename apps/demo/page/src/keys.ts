import { useEffect } from 'preact/hooks'

/** What each key of the keyboard does, as the help tells it. */
export const keyHelp: readonly (readonly [keys: string, does: string])[] = [
  ['1 – 9', 'choose a shard'],
  ['c', 'crash its master (kill -9)'],
  ['f', 'freeze its master (SIGSTOP)'],
  ['p', 'planned failover (SENTINEL FAILOVER)'],
  ['r', 'restore the shard'],
  ['x', 'cut off the server of that number'],
  ['s', 'kill the Sentinel of that number'],
  ['a', 'restore all'],
  ['l', 'change the load'],
  ['t', 'light or dark'],
  ['?', 'this help'],
]

const storageKey = 'disredis-demo-keys'

export function areKeysOn(): boolean {
  return localStorage.getItem(storageKey) !== 'off'
}

export function turnKeys(isOn: boolean): void {
  localStorage.setItem(storageKey, isOn ? 'on' : 'off')
}

/** Calls the listener for single keys that are not meant for a field, a dialog or the browser. */
export function useKeys(onKey: (key: string) => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !areKeysOn()) return
      const target = event.target as HTMLElement | null
      if (target?.closest('input, select, textarea, dialog') != null) return
      onKey(event.key)
    }
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [onKey])
}
