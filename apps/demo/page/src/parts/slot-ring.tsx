import { createRing, type HashRing, hashTag, SLOT_COUNT } from '@disredis/hash-ring'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { count } from '../format.js'
import { mayMove } from '../motion.js'
import { onHits, useSection } from '../store.js'
import { type Palette, palettes, shardHue, useTheme } from '../theme.js'

/** px of the picture; it is drawn twice as fine. */
const size = 184
const scale = 2
const innerRadius = 63
const outerRadius = 90
/** Slots stand in columns of so many, around the circle. */
const column = 32
const columns = SLOT_COUNT / column
/** ms that a spark is seen. */
const sparkLife = 700
/** Sparks drawn in a second at most. */
const mostSparks = 60

export function SlotRing() {
  const demo = useSection('demo')
  const names = demo?.shards
  const list = names?.join('\n') ?? ''
  const ring = useMemo(() => (list === '' ? undefined : createRing(list.split('\n'))), [list])
  const [key, setKey] = useState('{user:1000}:cart')
  if (ring === undefined || names === undefined) {
    return <section class="panel ring-panel" aria-label="Slots" />
  }
  const slot = ring.slotOf(key)
  return (
    <section class="panel ring-panel" aria-labelledby="ring-title">
      <h2 id="ring-title" class="visually-hidden">
        Slots and keys
      </h2>
      <div class="ring" role="img" aria-label={shares(ring)}>
        <RingPicture ring={ring} names={names} slot={slot} />
        <ul class="shares" aria-hidden="true">
          <li>
            <strong class="number">{count(SLOT_COUNT)}</strong> slots
          </li>
          {names.map((name) => (
            <li key={name}>
              <i class="swatch" style={{ background: shardHue(names, name) }} />
              {name} <span class="number">{share(ring, name)}</span>
            </li>
          ))}
        </ul>
      </div>
      <KeyLookup ring={ring} text={key} onText={setKey} />
    </section>
  )
}

function share(ring: HashRing, name: string): string {
  return `${((ring.slots(name).length / SLOT_COUNT) * 100).toFixed(1)}%`
}

function shares(ring: HashRing): string {
  return `The slots of each shard: ${ring.names.map((name) => `${name} ${share(ring, name)}`).join(', ')}`
}

interface KeyLookupProps {
  readonly ring: HashRing
  readonly text: string
  readonly onText: (text: string) => void
}

function KeyLookup({ ring, text, onText }: KeyLookupProps) {
  const shard = ring.locate(text)
  const section = useSection(`shard:${shard}`)
  const tag = hashTag(text)
  return (
    <div class="lookup">
      <label for="key">Key</label>
      <input
        id="key"
        class="mono"
        value={text}
        spellcheck={false}
        autocomplete="off"
        maxLength={200}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <dl class="facts" aria-live="polite">
        <div>
          <dt>tag</dt>
          <dd class="mono tag">{tag === text ? 'whole key' : tag}</dd>
        </div>
        <div>
          <dt>slot</dt>
          <dd class="number" data-testid="slot">
            {count(ring.slotOf(text))}
          </dd>
        </div>
        <div>
          <dt>shard</dt>
          <dd data-testid="key-shard">{shard}</dd>
        </div>
        <div>
          <dt>master</dt>
          <dd class="number">{section?.nodes[0]?.address ?? '—'}</dd>
        </div>
      </dl>
    </div>
  )
}

interface RingPictureProps {
  readonly ring: HashRing
  readonly names: readonly string[]
  readonly slot: number
}

function RingPicture({ ring, names, slot }: RingPictureProps) {
  const palette = palettes[useTheme()]
  const slots = useRef<HTMLCanvasElement>(null)
  const sparks = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = contextOf(slots.current)
    if (context === undefined) return
    drawSlots(context, ring, names)
    drawSlot(context, slot, palette)
  }, [ring, names, slot, palette])
  useEffect(() => {
    const context = contextOf(sparks.current)
    if (context === undefined || !mayMove()) return
    return sparkle(context)
  }, [])
  return (
    <>
      <canvas ref={slots} width={size * scale} height={size * scale} />
      <canvas ref={sparks} width={size * scale} height={size * scale} />
    </>
  )
}

function contextOf(canvas: HTMLCanvasElement | null): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext('2d') ?? undefined
  context?.setTransform(scale, 0, 0, scale, (size * scale) / 2, (size * scale) / 2)
  return context
}

/** Every slot is a cell of its own: columns around the circle, `column` cells deep. */
function drawSlots(
  context: CanvasRenderingContext2D,
  ring: HashRing,
  names: readonly string[],
): void {
  context.clearRect(-size, -size, 2 * size, 2 * size)
  const depth = (outerRadius - innerRadius) / column
  for (const name of ring.names) {
    context.beginPath()
    for (const slot of ring.slots(name)) {
      const { angle, radius } = placeOf(slot)
      const next = angle + (2 * Math.PI) / columns
      context.moveTo(Math.cos(angle) * radius, Math.sin(angle) * radius)
      context.arc(0, 0, radius + depth, angle, next)
      context.arc(0, 0, radius, next, angle, true)
    }
    context.fillStyle = shardHue(names, name)
    context.globalAlpha = 0.9
    context.fill()
    context.globalAlpha = 1
  }
}

function placeOf(slot: number): { angle: number; radius: number } {
  const angle = (Math.floor(slot / column) / columns) * 2 * Math.PI - Math.PI / 2
  return { angle, radius: innerRadius + ((slot % column) / column) * (outerRadius - innerRadius) }
}

/** A line through the slot of the key, and a mark on it. */
function drawSlot(context: CanvasRenderingContext2D, slot: number, palette: Palette): void {
  const { angle, radius } = placeOf(slot)
  context.strokeStyle = palette.surface
  context.lineWidth = 4
  ray(context, angle)
  context.strokeStyle = palette.ink
  context.lineWidth = 2
  ray(context, angle)
  context.beginPath()
  context.arc(Math.cos(angle) * radius, Math.sin(angle) * radius, 5, 0, 2 * Math.PI)
  context.fillStyle = palette.surface
  context.fill()
  context.stroke()
}

function ray(context: CanvasRenderingContext2D, angle: number): void {
  context.beginPath()
  context.moveTo(Math.cos(angle) * (innerRadius - 6), Math.sin(angle) * (innerRadius - 6))
  context.lineTo(Math.cos(angle) * (outerRadius + 4), Math.sin(angle) * (outerRadius + 4))
  context.stroke()
}

/** Shows keys where they land, until it is ended. */
function sparkle(context: CanvasRenderingContext2D): () => void {
  let sparks: { slot: number; born: number }[] = []
  let frame = 0
  const draw = (now: number) => {
    context.clearRect(-size, -size, 2 * size, 2 * size)
    sparks = sparks.filter(({ born }) => now - born < sparkLife)
    for (const { slot, born } of sparks) {
      const { angle, radius } = placeOf(slot)
      const age = Math.max(0, (now - born) / sparkLife)
      context.globalAlpha = 1 - age
      context.beginPath()
      context.arc(Math.cos(angle) * radius, Math.sin(angle) * radius, 2 + 5 * age, 0, 2 * Math.PI)
      context.strokeStyle = '#ffffff'
      context.lineWidth = 2
      context.stroke()
    }
    context.globalAlpha = 1
    frame = sparks.length > 0 ? requestAnimationFrame(draw) : 0
  }
  const stop = onHits((slots) => {
    const born = performance.now()
    for (const slot of slots) {
      if (sparks.length < (mostSparks * sparkLife) / 1000) sparks.push({ slot, born })
    }
    if (frame === 0) frame = requestAnimationFrame(draw)
  })
  return () => {
    stop()
    cancelAnimationFrame(frame)
  }
}
