import type { Check, Step } from '../scenario.js'

export function step(title: string, run: Step['run']): Step {
  return { title, run }
}

export function check(title: string, run: Check['run']): Check {
  return { title, run }
}

/** Remembers when the step begins; the mark `fault` is what times are measured from. */
export function marked(mark: string, { title, run }: Step): Step {
  return {
    title: `${title} [${mark}]`,
    run: (world) => {
      world.marks.set(mark, performance.now())
      return run(world)
    },
  }
}

export function fault(injection: Step): Step {
  return marked('fault', injection)
}

/** All at once; resolves when all are done. */
export function together(...steps: readonly Step[]): Step {
  return step(steps.map(({ title }) => title).join(' + '), async (world) => {
    await Promise.all(steps.map((one) => one.run(world)))
  })
}

export function repeat(times: number, ...steps: readonly Step[]): Step[] {
  return Array.from({ length: times }, () => steps).flat()
}
