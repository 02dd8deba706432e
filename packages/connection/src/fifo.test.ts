import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from './fifo.js'

test('it gives back what was pushed, in order, whatever the mix of pushes and shifts', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
      const fifo = new Fifo<number>()
      const model: number[] = []
      pushes.forEach((isPush, i) => {
        if (isPush) {
          fifo.push(i)
          model.push(i)
        } else {
          expect(fifo.shift()).toBe(model.shift())
        }
        expect(fifo.length).toBe(model.length)
        expect(fifo.peek()).toBe(model[0])
      })
    }),
  )
})
