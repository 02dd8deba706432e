import { type Address, isSameAddress } from '@disredis/connection'
import type { Claim } from '../protocol/sentinel-report.js'

/** Everything the Sentinels have said of where one master is, and what is believed. A value. */
export interface MasterClaims {
  readonly current: Claim | undefined
  /** The latest word of each Sentinel, by its id. It stands while that Sentinel is away. */
  readonly claims: ReadonlyMap<string, Claim>
  /** Claims whose node turned out not to be a master. */
  readonly rejected: readonly Claim[]
}

export const noClaims: MasterClaims = Object.freeze({
  current: undefined,
  claims: new Map<string, Claim>(),
  rejected: [],
})

/**
 * `sentinel` answered a question with `claim`. `voters` is how many Sentinels are known, reachable
 * or not. The rules, in this order:
 *
 * 1. A higher epoch wins, whoever says it.
 * 2. What is held stays while one Sentinel's latest word is just that, and so does an equal epoch
 *    with another address: Sentinels that name one node differently must not make it flap.
 * 3. Otherwise nobody stands by what is held (its epochs were restarted: wiped, or removed and
 *    monitored anew): a lower claim wins if more than half of the voters say it.
 * 4. What the client found not to be a master (`rejectClaim`) loses to every other claim.
 */
export function applyClaim(
  state: MasterClaims,
  sentinel: string,
  claim: Claim,
  voters: number,
): MasterClaims {
  const known = state.claims.get(sentinel)
  if (known !== undefined && isSameClaim(known, claim)) return settle(state, voters)
  return settle({ ...state, claims: new Map(state.claims).set(sentinel, claim) }, voters)
}

/**
 * `sentinel` published `+switch-master`, which carries no epoch. It is believed at once if that
 * Sentinel was up to date: what it said last is what is held. The switch is then at least one epoch
 * newer, so Sentinels that have not seen it yet cannot revert it. Any other switch may be old news
 * that was on its way: the same state comes back, and the Sentinel is to be asked.
 */
export function applySwitch(
  state: MasterClaims,
  sentinel: string,
  { from, to }: { readonly from: Address; readonly to: Address },
): MasterClaims {
  const { current, claims } = state
  const own = claims.get(sentinel)
  if (current === undefined || own === undefined || !isSameClaim(own, current)) return state
  if (!isSameAddress(current.address, from) || isSameAddress(from, to)) return state
  const next: Claim = Object.freeze({ address: to, epoch: current.epoch + 1 })
  return { ...state, current: next, claims: new Map(claims).set(sentinel, next) }
}

/** `sentinel` watches the master no longer, or is no longer known: its word does not count. */
export function removeClaim(state: MasterClaims, sentinel: string, voters: number): MasterClaims {
  if (!state.claims.has(sentinel)) return state
  const claims = new Map(state.claims)
  claims.delete(sentinel)
  return settle({ ...state, claims }, voters)
}

/**
 * The node at `address` failed its ROLE check. If that is what is held, the best other claim takes
 * its place, also one of a lower epoch. With no other claim it stays: the node may yet be promoted.
 */
export function rejectClaim(state: MasterClaims, address: Address, voters: number): MasterClaims {
  const { current, claims } = state
  if (!isSameAddress(current?.address, address) || claims.size === 0) return state
  const rejected = [...state.rejected, ...claimsOf(state).filter(at(address))]
  const next = settle({ ...state, rejected }, voters)
  if (next.current !== current) return next
  // No other claim is left: begin anew with the best, which may be right by now.
  return settle({ ...state, current: undefined, rejected: [] }, voters)
}

function settle(state: MasterClaims, voters: number): MasterClaims {
  const all = claimsOf(state)
  const rejected = state.rejected.filter((claim) => all.some(same(claim)))
  const open = all.filter((claim) => !rejected.some(same(claim)))
  return { ...state, rejected, current: choose(state.current, open, rejected, voters) }
}

function choose(
  current: Claim | undefined,
  open: readonly Claim[],
  rejected: readonly Claim[],
  voters: number,
): Claim | undefined {
  const best = highest(open)
  if (best === undefined || current === undefined) return best ?? current
  if (best.epoch > current.epoch || rejected.some(same(current))) return best
  if (open.some(same(current))) return current
  const address = majority(open, voters)
  return address === undefined ? current : highest(open.filter(at(address)))
}

/** The highest epoch; of equals the address that most Sentinels name, then the first. */
function highest(claims: readonly Claim[]): Claim | undefined {
  let best: Claim | undefined
  for (const claim of claims) {
    if (best === undefined || claim.epoch > best.epoch) best = claim
    else if (claim.epoch === best.epoch && votes(claims, claim) > votes(claims, best)) best = claim
  }
  return best
}

function votes(claims: readonly Claim[], claim: Claim): number {
  return claims.filter(same(claim)).length
}

/** The address that more than half of the voters name, whatever the epochs. */
function majority(claims: readonly Claim[], voters: number): Address | undefined {
  const needed = Math.max(voters, claims.length) / 2
  return claims.find(({ address }) => claims.filter(at(address)).length > needed)?.address
}

function claimsOf(state: MasterClaims): readonly Claim[] {
  return [...state.claims.values()]
}

function same(claim: Claim): (other: Claim) => boolean {
  return (other) => isSameClaim(claim, other)
}

function at(address: Address): (claim: Claim) => boolean {
  return (claim) => isSameAddress(claim.address, address)
}

export function isSameClaim(a: Claim, b: Claim): boolean {
  return a.epoch === b.epoch && isSameAddress(a.address, b.address)
}
