import { useEffect, useState } from 'preact/hooks'
import type { Sample, Sections, ShardSection, StreamMessage } from '../../src/web/sections.js'
import { SampleWindow } from './sample-window.js'

/** Where the page stands with its server. */
export type Link =
  | { readonly state: 'connecting' | 'live' }
  /** `since`: when the last message came, ms since 1970. */
  | { readonly state: 'lost'; readonly since: number }

const sections = new Map<string, unknown>()
const samples = new Map<string, SampleWindow>()
const listeners = new Map<string, Set<() => void>>()
const hitListeners = new Set<(slots: readonly number[]) => void>()
const dirty = new Set<string>()
let link: Link = { state: 'connecting' }
let isScheduled = false

/** Takes a message in; what shows it is drawn with the next frame. */
export function receive(message: StreamMessage): void {
  if (message.isWhole) {
    for (const name of sections.keys()) if (!(name in (message.sections ?? {}))) forget(name)
    samples.clear()
  }
  for (const [name, value] of Object.entries(message.sections ?? {})) {
    if (value === null && name.includes(':')) forget(name)
    else {
      sections.set(name, value)
      mark(name)
    }
  }
  for (const [shard, added] of Object.entries(message.samples ?? {})) addSamples(shard, added)
  if (message.hits !== undefined) for (const listener of hitListeners) listener(message.hits)
}

export function setLink(next: Link): void {
  link = next
  mark('link')
}

export function useLink(): Link {
  useChanges('link')
  return link
}

/** A section, drawn again when it changes; undefined until it has come. */
export function useSection<Name extends keyof Sections>(name: Name): Sections[Name] | undefined {
  useChanges(name)
  return sections.get(name) as Sections[Name] | undefined
}

/** All sections whose names begin so, by their number, ascending. */
export function useNumbered<Section>(prefix: 'failover:' | 'event:'): readonly Section[] {
  useChanges(prefix)
  const numberOf = (name: string) => Number(name.slice(prefix.length))
  return [...sections]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => numberOf(a) - numberOf(b))
    .map(([, section]) => section as Section)
}

/** The sections of shards, those that have come. */
export function useShards(names: readonly string[]): readonly ShardSection[] {
  useChanges('shard:')
  return names.flatMap((name) => (sections.get(`shard:${name}`) as ShardSection | undefined) ?? [])
}

/** The last minute of a shard; the same object, drawn again when it grows. */
export function useSamples(shard: string): SampleWindow {
  useChanges(`samples:${shard}`)
  return windowOf(shard)
}

export function onHits(listener: (slots: readonly number[]) => void): () => void {
  hitListeners.add(listener)
  return () => hitListeners.delete(listener)
}

function forget(name: string): void {
  sections.delete(name)
  mark(name)
}

function addSamples(shard: string, added: readonly Sample[]): void {
  const window = windowOf(shard)
  for (const sample of added) window.add(sample)
  mark(`samples:${shard}`)
}

function windowOf(shard: string): SampleWindow {
  const window = samples.get(shard) ?? new SampleWindow()
  samples.set(shard, window)
  return window
}

function mark(name: string): void {
  dirty.add(name)
  const kind = /^(failover|event|shard):/.exec(name)?.[0]
  if (kind !== undefined) dirty.add(kind)
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    const names = [...dirty]
    dirty.clear()
    for (const changed of names) for (const listener of listeners.get(changed) ?? []) listener()
  })
}

function useChanges(name: string): void {
  const [, setVersion] = useState(0)
  useEffect(() => {
    const listener = () => setVersion((version) => version + 1)
    const all = listeners.get(name) ?? new Set()
    listeners.set(name, all)
    all.add(listener)
    // It may have come between the drawing and this.
    listener()
    return () => {
      all.delete(listener)
      if (all.size === 0) listeners.delete(name)
    }
  }, [name])
}
