import { type Address, isSameAddress } from '@disredis/connection'
import type { Claim } from '../protocol/sentinel-report.js'

/** The latest word of one Sentinel on where the master is. */
export interface Statement {
  readonly claim: Claim
  /** Since when it says so: monotonic ms. */
  readonly since: number
  /** It said a lower epoch before: it has followed a failover. */
  readonly hasFollowed: boolean
}

/** Everything the Sentinels have said of where one master is, and what is believed. A value. */
export interface MasterClaims {
  readonly current: Claim | undefined
  /** By the id of the Sentinel. It stands while that Sentinel is away. */
  readonly statements: ReadonlyMap<string, Statement>
  /** Claims whose node turned out not to be a master. */
  readonly rejected: readonly Claim[]
}

/** Whose word counts, and what they know of the nodes. */
export interface Electorate {
  /** The ids of those that are connected. */
  readonly connected: ReadonlySet<string>
  /** How many Sentinels are known, connected or not. */
  readonly size: number
  /** Monotonic ms. */
  readonly now: number
  /** Whether two addresses lead to one node, as far as is known. */
  isSame(a: Address | undefined, b: Address | undefined): boolean
  /** Whether that Sentinel lists a node at `address` among the replicas of the master. */
  lists(sentinel: string, address: Address): boolean
}

export const noClaims: MasterClaims = Object.freeze({
  current: undefined,
  statements: new Map<string, Statement>(),
  rejected: [],
})

/**
 * How long one Sentinel may be ahead of the others, in ms: they tell each other of a new master within
 * their hello messages, every 2 s.
 */
const longestLead = 10_000

/**
 * `sentinel` answered a question with `claim`. The rules, in this order:
 *
 * 1. Sentinels are outvoted. A claim that more than half of the connected ones contradict with one
 *    address loses, whatever its epoch; unless they list its node as a replica of the master, for then it
 *    may be news that they have not got yet: for 10 s. It is none to those who have followed another
 *    failover of that epoch: Sentinels turn to higher epochs only.
 * 2. Of what is left a higher epoch wins, whoever says it.
 * 3. What is held stays while one Sentinel's latest word is just that, and so does an equal epoch
 *    with another address: Sentinels that name one node differently must not make it flap. A node that
 *    the others know as a replica gives way to a lower epoch only if more than half of all known
 *    Sentinels are connected and say so: a few that were cut off and are out of date do not turn it back.
 * 4. Otherwise nobody stands by what is held (its epochs were restarted: wiped, or removed and
 *    monitored anew): a lower claim wins if more than half of the known Sentinels say it.
 * 5. What the client found not to be a master (`rejectClaim`) loses to every other claim, until the client finds
 *    that it is one again (`acceptClaim`). The epoch does not tell: those of a Sentinel that was alone and of
 *    those that were away may be equal.
 */
export function applyClaim(
  state: MasterClaims,
  sentinel: string,
  claim: Claim,
  electorate: Electorate,
): MasterClaims {
  return settle(withStatement(state, sentinel, claim, electorate.now), electorate)
}

/**
 * `sentinel` published `+switch-master`, which carries no epoch. It counts at once if that Sentinel was up
 * to date: what it said last is what is held. The switch is then at least one epoch newer, so Sentinels
 * that have not seen it yet cannot revert it. Any other switch may be old news that was on its way: the
 * same state comes back, and the Sentinel is to be asked.
 */
export function applySwitch(
  state: MasterClaims,
  sentinel: string,
  { from, to }: { readonly from: Address; readonly to: Address },
  electorate: Electorate,
): MasterClaims {
  const { current, statements } = state
  const { isSame } = electorate
  const own = statements.get(sentinel)?.claim
  if (current === undefined || own === undefined) return state
  if (!same(current, electorate)(own)) return state
  if (!isSame(current.address, from) || isSame(from, to)) return state
  const next: Claim = Object.freeze({ address: to, epoch: current.epoch + 1 })
  return settle(withStatement(state, sentinel, next, electorate.now), electorate)
}

/** `sentinel` watches the master no longer, or is no longer known: its word does not count. */
export function removeClaim(
  state: MasterClaims,
  sentinel: string,
  electorate: Electorate,
): MasterClaims {
  if (!state.statements.has(sentinel)) return state
  const statements = new Map(state.statements)
  statements.delete(sentinel)
  return settle({ ...state, statements }, electorate)
}

/**
 * The node at `address` failed its ROLE check. If that is what is held, the best other claim takes
 * its place, also one of a lower epoch. With no other claim it stays: the node may yet be promoted.
 */
export function rejectClaim(
  state: MasterClaims,
  address: Address,
  electorate: Electorate,
): MasterClaims {
  const { current, statements } = state
  if (!electorate.isSame(current?.address, address) || statements.size === 0) return state
  const rejected = [...state.rejected, ...claimsOf(state).filter(at(address, electorate))]
  const next = settle({ ...state, rejected }, electorate)
  if (next.current !== current) return next
  // No other claim is left: begin anew with the best, which may be right by now.
  return settle({ ...state, current: undefined, rejected: [] }, electorate)
}

/** The node at `address` passed its ROLE check: that it failed one before counts no longer. */
export function acceptClaim(
  state: MasterClaims,
  address: Address,
  electorate: Electorate,
): MasterClaims {
  const isThere = at(address, electorate)
  if (!state.rejected.some(isThere)) return state
  return settle({ ...state, rejected: state.rejected.filter((one) => !isThere(one)) }, electorate)
}

function withStatement(
  state: MasterClaims,
  sentinel: string,
  claim: Claim,
  now: number,
): MasterClaims {
  const known = state.statements.get(sentinel)
  if (known?.claim.epoch === claim.epoch && isSameAddress(known.claim.address, claim.address)) {
    return state
  }
  const isFailover = known !== undefined && known.claim.epoch < claim.epoch
  const hasFollowed = isFailover || (known?.claim.epoch === claim.epoch && known.hasFollowed)
  const statements = new Map(state.statements).set(sentinel, { claim, since: now, hasFollowed })
  return { ...state, statements }
}

function settle(state: MasterClaims, electorate: Electorate): MasterClaims {
  const all = claimsOf(state)
  const rejected = state.rejected.filter((claim) => all.some(same(claim, electorate)))
  const open = all.filter((claim) => !rejected.some(same(claim, electorate)))
  const chosen = choose({ ...state, rejected }, open, electorate)
  const current = chosen && withNameOf(state.current, chosen, all, electorate)
  if (current === state.current && rejected.length === state.rejected.length) return state
  return { ...state, rejected, current }
}

/** A node keeps the name that it is held under while a Sentinel names it so: clients would dial it anew. */
function withNameOf(
  held: Claim | undefined,
  chosen: Claim,
  all: readonly Claim[],
  { isSame }: Electorate,
): Claim {
  if (held === undefined || isSameAddress(held.address, chosen.address)) return chosen
  if (!isSame(held.address, chosen.address)) return chosen
  const isNamed = all.some(({ address }) => isSameAddress(address, held.address))
  return isNamed ? Object.freeze({ address: held.address, epoch: chosen.epoch }) : chosen
}

function choose(
  state: MasterClaims,
  open: readonly Claim[],
  electorate: Electorate,
): Claim | undefined {
  const { current, rejected } = state
  const opinion = opinionOf(state, electorate)
  const isNews = (claim: Claim) =>
    isListed(claim, opinion, electorate) &&
    isRecent(claim, state, electorate) &&
    !isOvertaken(claim, opinion, state)
  const credible = open.filter(
    (claim) => opinion === undefined || at(opinion.address, electorate)(claim) || isNews(claim),
  )
  const best = highest(credible, electorate) ?? highest(open, electorate)
  if (best === undefined || current === undefined) return best ?? current
  if (opinion !== undefined && !at(opinion.address, electorate)(current)) {
    if (!isListed(current, opinion, electorate)) return best
    if (opinion.sentinels.length * 2 > electorate.size && !isNews(current)) return best
  }
  if (best.epoch > current.epoch || rejected.some(same(current, electorate))) return best
  if (open.some(same(current, electorate))) return current
  const address = majority(open, electorate)
  return address === undefined ? current : highest(open.filter(at(address, electorate)), electorate)
}

interface Opinion {
  readonly address: Address
  readonly sentinels: readonly string[]
}

/** The address that more than half of the connected Sentinels name, and who they are. */
function opinionOf({ statements }: MasterClaims, electorate: Electorate): Opinion | undefined {
  const said = [...statements].filter(([sentinel]) => electorate.connected.has(sentinel))
  for (const [, { claim }] of said) {
    const agreeing = said.filter(([, other]) => at(claim.address, electorate)(other.claim))
    if (agreeing.length * 2 <= said.length) continue
    return { address: claim.address, sentinels: agreeing.map(([sentinel]) => sentinel) }
  }
  return undefined
}

/** Whether most of those who name another address know the node as a replica. */
function isListed(
  { address }: Claim,
  opinion: Opinion | undefined,
  { lists }: Electorate,
): boolean {
  if (opinion === undefined) return true
  const { sentinels } = opinion
  return sentinels.filter((sentinel) => lists(sentinel, address)).length * 2 > sentinels.length
}

/** Whether most of those who name another address have followed a failover to it that is no older. */
function isOvertaken(
  { epoch }: Claim,
  opinion: Opinion | undefined,
  { statements }: MasterClaims,
): boolean {
  if (opinion === undefined) return false
  const followers = opinion.sentinels.filter((sentinel) => {
    const { claim, hasFollowed } = statements.get(sentinel)!
    return hasFollowed && claim.epoch >= epoch
  })
  return followers.length * 2 > opinion.sentinels.length
}

/** Whether a Sentinel began to say so not long ago. */
function isRecent(claim: Claim, { statements }: MasterClaims, electorate: Electorate): boolean {
  const isSaid = same(claim, electorate)
  return [...statements.values()].some(
    (one) => isSaid(one.claim) && electorate.now - one.since <= longestLead,
  )
}

/** The highest epoch; of equals the address that most Sentinels name, then the first. */
function highest(claims: readonly Claim[], electorate: Electorate): Claim | undefined {
  const votes = (claim: Claim) => claims.filter(same(claim, electorate)).length
  let best: Claim | undefined
  for (const claim of claims) {
    if (best === undefined || claim.epoch > best.epoch) best = claim
    else if (claim.epoch === best.epoch && votes(claim) > votes(best)) best = claim
  }
  return best
}

/** The address that more than half of the known Sentinels name, whatever the epochs. */
function majority(claims: readonly Claim[], electorate: Electorate): Address | undefined {
  const needed = Math.max(electorate.size, claims.length) / 2
  return claims.find(({ address }) => claims.filter(at(address, electorate)).length > needed)
    ?.address
}

function claimsOf(state: MasterClaims): readonly Claim[] {
  return [...state.statements.values()].map(({ claim }) => claim)
}

function same(claim: Claim, electorate: Electorate): (other: Claim) => boolean {
  return (other) => claim.epoch === other.epoch && electorate.isSame(claim.address, other.address)
}

function at(address: Address, { isSame }: Electorate): (claim: Claim) => boolean {
  return (claim) => isSame(claim.address, address)
}
