import { useEffect, useState } from 'preact/hooks'

export type Theme = 'light' | 'dark'

/** What is drawn on canvases and in pictures; the rest has it from the style sheet. */
export interface Palette {
  readonly ground: string
  readonly surface: string
  readonly line: string
  readonly ink: string
  readonly quiet: string
  readonly bad: string
  readonly accent: string
}

export const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    ground: '#f6f7f9',
    surface: '#ffffff',
    line: '#d5dae1',
    ink: '#16191d',
    quiet: '#565e69',
    bad: '#c4281c',
    accent: '#4f3fd1',
  },
  dark: {
    ground: '#14171c',
    surface: '#1c2027',
    line: '#343b46',
    ink: '#e9edf2',
    quiet: '#a6b0bd',
    bad: '#ff7a6e',
    accent: '#b0a6ff',
  },
}

/** Okabe-Ito: told apart by people who are colour-blind. */
const hues = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00']

export function shardHue(shards: readonly string[], shard: string): string {
  return hues[Math.max(0, shards.indexOf(shard)) % hues.length] as string
}

const storageKey = 'disredis-demo-theme'
const preference = matchMedia('(prefers-color-scheme: dark)')
let chosen = localStorage.getItem(storageKey) as Theme | null
const listeners = new Set<() => void>()

function current(): Theme {
  return chosen ?? (preference.matches ? 'dark' : 'light')
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = current()
  for (const listener of listeners) listener()
}

preference.addEventListener('change', applyTheme)

export function toggleTheme(): void {
  chosen = current() === 'dark' ? 'light' : 'dark'
  localStorage.setItem(storageKey, chosen)
  applyTheme()
}

export function useTheme(): Theme {
  const [theme, setTheme] = useState(current)
  useEffect(() => {
    const listener = () => setTheme(current())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return theme
}
