import { type Address, isSameAddress } from '@disredis/connection'
import { describe, expect, test } from 'vitest'
import {
  acceptClaim,
  applyClaim,
  applySwitch,
  type Electorate,
  type MasterClaims,
  noClaims,
  rejectClaim,
  removeClaim,
} from './master-claims.js'

const [a, b, c] = ['a', 'b', 'c'].map((host) => Object.freeze({ host, port: 6379 })) as [
  Address,
  Address,
  Address,
]

type Step = (state: MasterClaims) => MasterClaims

/** Three Sentinels are known, and those that have spoken are connected; they know all nodes. */
const electorateOf = (state: MasterClaims, more: Partial<Electorate> = {}): Electorate => ({
  connected: new Set(state.statements.keys()),
  size: 3,
  now: 0,
  lists: () => true,
  isSame: isSameAddress,
  ...more,
})

const says =
  (sentinel: string, address: Address, epoch: number): Step =>
  (state) => {
    const connected = new Set([...state.statements.keys(), sentinel])
    return applyClaim(state, sentinel, { address, epoch }, electorateOf(state, { connected }))
  }
const allSay = (address: Address, epoch: number): Step[] =>
  ['s1', 's2', 's3'].map((sentinel) => says(sentinel, address, epoch))
const publishes =
  (sentinel: string, from: Address, to: Address): Step =>
  (state) =>
    applySwitch(state, sentinel, { from, to }, electorateOf(state))
const vanishes =
  (sentinel: string): Step =>
  (state) =>
    removeClaim(state, sentinel, electorateOf(state))
const isNoMaster =
  (address: Address): Step =>
  (state) =>
    rejectClaim(state, address, electorateOf(state))

const isMaster =
  (address: Address): Step =>
  (state) =>
    acceptClaim(state, address, electorateOf(state))

const stateAfter = (...steps: readonly (Step | Step[])[]) =>
  steps.flat().reduce((state, step) => step(state), noClaims)
const held = (...steps: readonly (Step | Step[])[]) => {
  const { current } = stateAfter(...steps)
  return current && [current.address.host, current.epoch]
}

describe('epochs', () => {
  test('nothing is held before anyone spoke', () => {
    expect(held()).toBeUndefined()
  })

  test('the first claim is held', () => {
    expect(held(says('s1', a, 0))).toEqual(['a', 0])
  })

  test('a higher epoch wins, whoever says it', () => {
    expect(held(allSay(a, 4), says('s3', b, 5))).toEqual(['b', 5])
  })

  test('a higher epoch for the same address is noted', () => {
    expect(held(allSay(a, 4), says('s3', a, 7))).toEqual(['a', 7])
  })

  test('a stale Sentinel that is heard last changes nothing', () => {
    expect(held(says('s1', b, 5), says('s2', b, 5), says('s3', a, 4))).toEqual(['b', 5])
  })

  test('a stale Sentinel that is heard first is overruled', () => {
    expect(held(says('s3', a, 4), says('s1', b, 5))).toEqual(['b', 5])
  })

  test('two stale Sentinels do not outvote a newer one, not even while it is away', () => {
    expect(held(says('s1', b, 5), says('s2', a, 4), says('s3', a, 4), says('s2', a, 4))).toEqual([
      'b',
      5,
    ])
  })

  test('Sentinels that name one node differently do not make it flap', () => {
    const states = [says('s1', a, 0), says('s2', b, 0), says('s3', b, 0), says('s1', a, 0)]
    expect(held(...states)).toEqual(['a', 0])
  })

  test('an address read an instant before its epoch is put right by the next answer', () => {
    expect(held(allSay(a, 4), says('s1', b, 4))).toEqual(['a', 4])
    expect(held(allSay(a, 4), says('s1', b, 4), says('s1', b, 5))).toEqual(['b', 5])
  })
})

describe('+switch-master, which carries no epoch', () => {
  test('is believed at once from a Sentinel that was up to date', () => {
    expect(held(allSay(a, 4), publishes('s1', a, b))).toEqual(['b', 5])
  })

  test('is not reverted by Sentinels that have not seen it yet', () => {
    const states = [allSay(a, 4), publishes('s1', a, b), says('s2', a, 4), says('s3', a, 4)]
    expect(held(...states)).toEqual(['b', 5])
  })

  test('is not reverted when the Sentinel that published it dies', () => {
    const steps = [allSay(a, 4), publishes('s1', a, b), says('s2', a, 4), says('s3', a, 4)]
    expect(held(...steps, says('s2', a, 4))).toEqual(['b', 5])
  })

  test('gets its true epoch from the next answer', () => {
    expect(held(allSay(a, 4), publishes('s1', a, b), says('s1', b, 7))).toEqual(['b', 7])
  })

  test('gives way to a newer failover', () => {
    const steps = [allSay(a, 4), publishes('s1', a, b), says('s1', b, 5), says('s2', c, 6)]
    expect(held(...steps)).toEqual(['c', 6])
  })

  test('twice in a row is followed before any answer came', () => {
    expect(held(allSay(a, 4), publishes('s1', a, b), publishes('s1', b, c))).toEqual(['c', 6])
  })

  test('that was on its way for long is not believed, even where it fits', () => {
    // s3 was cut off at epoch 4; a -> b (5) -> a (6) happened; now its own a -> b arrives.
    const steps = [allSay(a, 4), says('s1', a, 6), says('s2', a, 6), publishes('s3', a, b)]
    expect(held(...steps)).toEqual(['a', 6])
  })

  test('to what is held already changes nothing', () => {
    const state = stateAfter(allSay(a, 4), says('s1', b, 5))
    expect(publishes('s2', a, b)(state)).toBe(state)
  })

  test('from another master than the one that is held waits for an answer', () => {
    const state = stateAfter(allSay(a, 4))
    expect(publishes('s2', c, b)(state)).toBe(state)
  })

  test('by a Sentinel that has not answered yet waits for its answer', () => {
    const state = stateAfter(says('s1', a, 4))
    expect(publishes('s2', a, b)(state)).toBe(state)
  })

  test('is dropped when its Sentinel takes it back and nobody else stands by it', () => {
    const steps = [allSay(a, 4), publishes('s1', a, b), ...allSay(a, 4)]
    expect(held(...steps)).toEqual(['a', 4])
  })
})

describe('restarted epochs', () => {
  test('of one wiped Sentinel change nothing', () => {
    expect(held(allSay(a, 5), says('s3', b, 0))).toEqual(['a', 5])
  })

  test('of a majority change nothing while one Sentinel stands by what is held', () => {
    expect(held(allSay(a, 5), says('s2', b, 1), says('s3', b, 1))).toEqual(['a', 5])
  })

  test('of all Sentinels are followed', () => {
    expect(held(allSay(a, 5), allSay(a, 0))).toEqual(['a', 0])
    expect(held(allSay(a, 5), allSay(b, 0))).toEqual(['b', 0])
  })

  test('and the failover after them', () => {
    expect(held(allSay(a, 5), allSay(a, 0), publishes('s2', a, b))).toEqual(['b', 1])
  })

  test('are followed once the last one that knew better is forgotten', () => {
    const steps = [allSay(a, 5), says('s2', b, 1), says('s3', b, 1)]
    expect(held(...steps, vanishes('s1'))).toEqual(['b', 1])
  })

  test('a minority does not decide when everyone else is gone', () => {
    expect(held(allSay(a, 5), says('s3', b, 1), vanishes('s1'), vanishes('s2'))).toEqual(['a', 5])
  })

  test('a lone Sentinel is its own majority', () => {
    const alone = electorateOf(noClaims, { connected: new Set(['s1']), size: 1 })
    const one = applyClaim(noClaims, 's1', { address: a, epoch: 5 }, alone)
    expect(applyClaim(one, 's1', { address: b, epoch: 0 }, alone).current).toEqual({
      address: b,
      epoch: 0,
    })
  })

  test('what is held stays when every Sentinel removed the master', () => {
    expect(held(allSay(a, 5), vanishes('s1'), vanishes('s2'), vanishes('s3'))).toEqual(['a', 5])
  })
})

describe('a master that failed its ROLE check', () => {
  const wiped = [...allSay(a, 5), says('s2', b, 1), says('s3', b, 1)]

  test('gives way to a lower epoch', () => {
    expect(held(...wiped, isNoMaster(a))).toEqual(['b', 1])
  })

  test('is not taken back while its Sentinel repeats itself, or another one says the same', () => {
    expect(held(...wiped, isNoMaster(a), says('s1', a, 5), says('s2', b, 1))).toEqual(['b', 1])
    expect(held(...wiped, isNoMaster(a), says('s3', a, 5))).toEqual(['b', 1])
  })

  test('is taken back when it is promoted again', () => {
    expect(held(...wiped, isNoMaster(a), says('s1', a, 6))).toEqual(['a', 6])
    expect(held(...wiped, isNoMaster(a), says('s2', a, 2))).toEqual(['a', 2])
  })

  test('is believed again when it has passed one, at the very epoch of before', () => {
    const steps = [allSay(a, 5), says('s1', b, 4), isNoMaster(a)]
    expect(held(...steps)).toEqual(['b', 4])
    expect(held(...steps, says('s1', a, 5))).toEqual(['b', 4])
    expect(held(...steps, isMaster(a), says('s1', a, 5))).toEqual(['a', 5])
    const state = stateAfter(...steps)
    expect(isMaster(b)(state)).toBe(state)
  })

  test('stays if nobody names another: it may yet be promoted', () => {
    expect(held(allSay(a, 5), isNoMaster(a))).toEqual(['a', 5])
  })

  test('is tried again when all others failed too', () => {
    expect(held(...wiped, isNoMaster(a), isNoMaster(b))).toEqual(['a', 5])
  })

  test('that is not held any longer changes nothing', () => {
    const state = stateAfter(allSay(a, 5), says('s1', b, 6))
    expect(isNoMaster(a)(state)).toBe(state)
  })

  test('gives way to the highest of the others, and of equals to what most say', () => {
    const steps = [says('s1', a, 9), says('s2', b, 3), says('s3', c, 2)]
    expect(held(...steps, isNoMaster(a))).toEqual(['b', 3])
    const four = [says('s1', a, 9), says('s2', b, 3), says('s3', c, 3), says('s4', c, 3)]
    expect(held(...four, isNoMaster(a))).toEqual(['c', 3])
  })

  test('gives way although nobody claims it any more', () => {
    const steps = [allSay(a, 5), says('s3', b, 1), vanishes('s1'), vanishes('s2')]
    expect(held(...steps, isNoMaster(a))).toEqual(['b', 1])
  })

  test('stays when no Sentinel watches the master any more', () => {
    const steps = [allSay(a, 5), vanishes('s1'), vanishes('s2'), vanishes('s3')]
    expect(held(...steps, isNoMaster(a))).toEqual(['a', 5])
  })
})

describe('outvoted', () => {
  const evil = Object.freeze({ host: 'evil', port: 6379 })
  const everyone = new Set(['s1', 's2', 's3', 'liar'])
  /** Three that agree, and one that says otherwise; at any time, of any nodes that the others know. */
  const vote = (more: Partial<Electorate> = {}) => {
    const electorate: Electorate = {
      connected: everyone,
      size: 4,
      now: 0,
      lists: (_, address) => address !== evil,
      isSame: isSameAddress,
      ...more,
    }
    const say = (state: MasterClaims, sentinel: string, address: Address, epoch: number) =>
      applyClaim(state, sentinel, { address, epoch }, electorate)
    return { electorate, say }
  }
  const agreeing = (address = a, epoch = 4) =>
    ['s1', 's2', 's3'].reduce((state, one) => vote().say(state, one, address, epoch), noClaims)

  test('an address that the others do not know loses, whatever its epoch', () => {
    const state = vote().say(agreeing(), 'liar', evil, 1000)
    expect(state.current).toEqual({ address: a, epoch: 4 })
  })

  test('it loses as soon as the others have spoken, also when it was first', () => {
    const { say } = vote()
    let state = say(noClaims, 'liar', evil, 1000)
    expect(state.current).toEqual({ address: evil, epoch: 1000 })
    state = say(say(state, 's1', a, 4), 's2', a, 4)
    expect(state.current).toEqual({ address: a, epoch: 4 })
  })

  test('it loses when its Sentinel is gone and its word still stands', () => {
    const connected = new Set(['s1', 's2'])
    let state = vote().say(noClaims, 'liar', evil, 1000)
    const { say } = vote({ connected })
    state = say(say(state, 's1', a, 4), 's2', a, 4)
    expect(state.current).toEqual({ address: a, epoch: 4 })
  })

  test('by +switch-master it wins no more', () => {
    const { say, electorate } = vote()
    const state = say(agreeing(), 'liar', a, 4)
    const next = applySwitch(state, 'liar', { from: a, to: evil }, electorate)
    expect(next.current).toEqual({ address: a, epoch: 4 })
  })

  test('a replica that the others know wins at once: they may not have heard of the failover', () => {
    const state = vote().say(agreeing(), 's1', b, 5)
    expect(state.current).toEqual({ address: b, epoch: 5 })
    const later = vote({ now: 9000 }).say(state, 's2', a, 4)
    expect(later.current).toEqual({ address: b, epoch: 5 })
  })

  test('of two failovers at one epoch, as on the sides of a split, the one that most followed wins at once', () => {
    let state = vote().say(agreeing(), 's1', b, 5)
    for (const sentinel of ['s2', 's3', 'liar']) state = vote().say(state, sentinel, c, 5)
    expect(state.current).toEqual({ address: c, epoch: 5 })
    expect(vote().say(state, 's1', b, 5).current).toEqual({ address: c, epoch: 5 })
  })

  test('it is not one failover that two names of a node are said at one epoch', () => {
    const state = vote().say(noClaims, 's1', a, 5)
    const others = ['s2', 's3', 'liar'].reduce((it, one) => vote().say(it, one, b, 5), state)
    expect(others.current).toEqual({ address: a, epoch: 5 })
  })

  test('it loses when the others have not followed within 10 s', () => {
    const state = vote().say(agreeing(), 's1', b, 5)
    const later = vote({ now: 10_001, size: 3 }).say(state, 's2', a, 4)
    expect(later.current).toEqual({ address: a, epoch: 4 })
  })

  test('one that clings to an earlier master with a huge epoch loses it to a majority', () => {
    let state = vote().say(agreeing(), 'liar', a, 1_000_000)
    const { say } = vote({ now: 60_000 })
    state = say(say(say(state, 's1', b, 5), 's2', b, 5), 's3', b, 5)
    expect(state.current).toEqual({ address: b, epoch: 5 })
  })

  test('without a majority of the connected the epoch decides', () => {
    const { say } = vote({ connected: new Set(['s1', 'liar']) })
    const state = say(say(noClaims, 's1', a, 4), 'liar', evil, 5)
    expect(state.current).toEqual({ address: evil, epoch: 5 })
  })

  test('a few that were cut off do not turn back what the others said before they left', () => {
    const state = agreeing(b, 5)
    const { say } = vote({ connected: new Set(['s3']), now: 60_000 })
    expect(say(state, 's3', a, 4).current).toEqual({ address: b, epoch: 5 })
  })
})

test('a state is a value: no step changes the one it was given', () => {
  const state = stateAfter(allSay(a, 4))
  const before = structuredClone(state)
  for (const step of [says('s1', b, 5), publishes('s2', a, b), vanishes('s1'), isNoMaster(a)]) {
    step(state)
    expect(state).toEqual(before)
  }
})

test('in any interleaving of Sentinels that see the same failovers, it only moves forward', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed)
    const history = [a, b, a, c, b, c, a] as const
    // Where each Sentinel is in the history, and what of it is still on its way to us, in order.
    const sentinels = ['s1', 's2', 's3'].map((id) => ({ id, at: 0, pending: [] as Step[] }))
    for (const { id, pending } of sentinels) pending.push(says(id, history[0], 0))
    let state: MasterClaims = noClaims
    let epoch = 0
    while (sentinels.some(({ at, pending }) => at < history.length - 1 || pending.length > 0)) {
      const sentinel = sentinels[Math.floor(random() * 3)]!
      const { id, at, pending } = sentinel
      if (random() < 0.3 && at < history.length - 1) {
        sentinel.at = at + 1
        pending.push(publishes(id, history[at]!, history[at + 1]!))
        pending.push(says(id, history[at + 1]!, at + 1))
      } else {
        state = pending.shift()?.(state) ?? state
      }
      const { current } = state
      if (current === undefined) continue
      expect(current.epoch, `seed ${seed}`).toBeGreaterThanOrEqual(epoch)
      expect(current.address, `seed ${seed}`).toBe(history[current.epoch])
      epoch = current.epoch
    }
    expect(state.current, `seed ${seed}`).toEqual({ address: a, epoch: 6 })
  }
})

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
