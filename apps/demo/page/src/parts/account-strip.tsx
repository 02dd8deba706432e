import { useEffect, useRef, useState } from 'preact/hooks'
import type { SessionFacts } from '../../../src/site/session-facts.js'
import { changeTwiceAtOnce, refreshAccount, send, useAccount } from '../account.js'
import { useSection } from '../store.js'

/** ms between two questions while nothing happens. */
const interval = 5_000

/** Your own login: at Express, at Fastify, on its shard, through its failovers. */
export function AccountStrip() {
  const { express, fastify, devices, isWaiting, said } = useAccount()
  useEffect(() => {
    void refreshAccount()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refreshAccount()
    }, interval)
    const again = () => void refreshAccount()
    addEventListener('focus', again)
    return () => {
      clearInterval(timer)
      removeEventListener('focus', again)
    }
  }, [])
  const facts = fastify?.facts ?? express?.facts ?? null
  const blink = useFailoverOf(facts?.shard)
  const isSignedIn = express !== undefined && express.user !== null
  return (
    <section class={`account${blink ? ' blink' : ''}`} aria-label="Your login">
      {isSignedIn ? (
        <>
          <p class="who">
            <strong data-testid="user">{express.user}</strong>
            <span class="quiet">known by</span>
            <Known by="Express" user={express.user} />
            <Known by="Fastify" user={fastify?.user ?? null} />
          </p>
          <Facts facts={facts} />
          <p class="said" role="status">
            {isWaiting ? `waiting for ${facts?.shard ?? 'the session'} …` : said}
          </p>
          <div class="account-tools">
            <button type="button" class="small" onClick={changeTwiceAtOnce}>
              Two tabs at once
            </button>
            <a class="button small" href="/express/">
              Shop
            </a>
            <a class="button small" href="/fastify/">
              {`Devices: ${devices}`}
            </a>
            <button type="button" class="small" onClick={() => send('/fastify/sign-out')}>
              Sign out
            </button>
            <button
              type="button"
              class="small"
              onClick={() => send('/fastify/sign-out-everywhere')}
            >
              Everywhere
            </button>
          </div>
        </>
      ) : (
        <SignIn said={isWaiting ? 'waiting …' : said} />
      )}
    </section>
  )
}

function SignIn({ said }: { readonly said: string }) {
  const [name, setName] = useState('ada')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send('/express/sign-in', { name })
      }}
    >
      <label>
        Your name{' '}
        <input
          value={name}
          maxLength={40}
          required
          autocomplete="username"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary small">
        Sign in at Express
      </button>
      <p class="quiet hint">No password. Then break its master: you stay signed in.</p>
      <p class="said" role="status">
        {said}
      </p>
    </form>
  )
}

function Known({ by, user }: { readonly by: string; readonly user: string | null }) {
  return (
    <span class="pill" data-testid={`known-${by}`}>
      <span aria-hidden="true">{user === null ? '✕' : '✓'}</span>
      {user === null ? `not ${by}` : by}
    </span>
  )
}

function Facts({ facts }: { readonly facts: SessionFacts | null }) {
  if (facts === null) return null
  const { shard, version, expiresIn } = facts
  const minutes = expiresIn === null ? 'never' : `${Math.round(expiresIn / 60_000)} min`
  return (
    <dl class="facts">
      <Fact name="session on" value={shard} testId="session-shard" />
      <Fact name="version" value={version.length > 8 ? `…${version.slice(-6)}` : version} />
      <Fact name="expires in" value={minutes} />
    </dl>
  )
}

interface FactProps {
  readonly name: string
  readonly value: string
  readonly testId?: string
}

function Fact({ name, value, testId }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number" data-testid={testId}>
        {value}
      </dd>
    </div>
  )
}

/** Whether the session's own shard has just failed over; asks again when it has. */
function useFailoverOf(shard: string | undefined): boolean {
  const section = useSection(`shard:${shard ?? ''}`)
  const [blink, setBlink] = useState(false)
  const isAway = section !== undefined && section.phase !== 'ready'
  const was = useRef(false)
  useEffect(() => {
    if (was.current === isAway) return
    was.current = isAway
    void refreshAccount()
    if (isAway) return
    setBlink(true)
    const timer = setTimeout(() => setBlink(false), 1_200)
    return () => clearTimeout(timer)
  }, [isAway])
  return blink
}
