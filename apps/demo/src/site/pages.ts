import { type Html, html } from './html.js'
import type { SessionView } from './session-facts.js'

/** One signed-in browser of a user. */
export interface Device {
  readonly ref: string
  /** ms since 1970 */
  readonly createdAt: number
  /** ms since 1970 */
  readonly lastUsedAt: number
  /** The browser that asks. */
  readonly isThis: boolean
}

/** @param said what became of the last form */
export function shopPage(view: SessionView, said: string | undefined): string {
  return page('Shop', view, said, [
    view.user === null ? signIn : signedIn(view),
    html`<section aria-labelledby="cart"><h2 id="cart">Cart</h2>
${list(view.cart, 'Nothing yet.')}
<form method="post" action="/express/cart"><label>Item <input name="item" required maxlength="40"></label>
<button>Add</button></form></section>
<section aria-labelledby="counter"><h2 id="counter">Counter</h2>
<p>One INCR for everybody. When its reply is lost in a crash, you are told so, and it is not sent again.</p>
<form method="post" action="/express/count"><button>Count</button></form></section>
<section aria-labelledby="letter"><h2 id="letter">A rate-limited form</h2>
<p>Five letters in ten seconds, counted in Redis.</p>
<form method="post" action="/express/letters"><label>Letter <input name="text" required maxlength="200"></label>
<button>Send</button></form></section>`,
    profile('/express/profile', view),
  ])
}

/** @param devices of the signed-in user, the oldest login first */
export function accountPage(
  view: SessionView,
  said: string | undefined,
  devices: readonly Device[],
): string {
  const known = html`<section aria-labelledby="devices"><h2 id="devices">Your devices</h2>
<div class="scroll" role="group" aria-labelledby="devices" tabindex="0"><table><thead><tr><th>Signed in</th><th>Last used</th><th>Session</th><th></th></tr></thead>
<tbody>${devices.map(deviceRow)}</tbody></table></div>
<form method="post" action="/fastify/sign-out"><button>Sign out here</button></form>
<form method="post" action="/fastify/sign-out-everywhere"><button>Sign out everywhere</button></form></section>`
  return page('Account', view, said, [
    view.user === null
      ? html`<p>Nobody is signed in. <a href="/express/">Sign in at the shop</a>, which is Express.</p>`
      : html`${signedIn(view)}${known}`,
    profile('/fastify/profile', view),
  ])
}

function deviceRow({ ref, createdAt, lastUsedAt, isThis }: Device): Html {
  const end = html`<form method="post" action="/fastify/devices/end"><input type="hidden" name="ref" value="${ref}"><button>Sign out</button></form>`
  return html`<tr><td>${time(createdAt)}</td><td>${time(lastUsedAt)}</td><td><code>${ref.slice(0, 8)}</code></td>
<td>${isThis ? html`<strong>this one</strong>` : end}</td></tr>`
}

const signIn = html`<section aria-labelledby="sign-in"><h2 id="sign-in">Sign in</h2>
<p>Any name; there is no password here.</p>
<form method="post" action="/express/sign-in"><label>Name <input name="name" required maxlength="40" autocomplete="username"></label>
<button>Sign in</button></form></section>`

function signedIn({ user }: SessionView): Html {
  return html`<p class="who">Signed in as <strong>${user}</strong>.</p>`
}

function profile(action: string, { drink, town }: SessionView): Html {
  const field = (name: string, label: string, value: string | null) =>
    html`<form method="post" action="${action}"><input type="hidden" name="field" value="${name}">
<label>${label} <input name="value" value="${value}" required maxlength="40"></label>
<label><input type="checkbox" name="hold" value="3000"> slowly (3 s)</label> <button>Save ${label.toLowerCase()}</button></form>`
  return html`<section aria-labelledby="profile"><h2 id="profile">Profile, in two tabs at once</h2>
<p>Save one field slowly here and the other one meanwhile in another tab: both survive.</p>
${field('drink', 'Drink', drink)}${field('town', 'Town', town)}</section>`
}

function list(items: readonly string[], none: string): Html {
  if (items.length === 0) return html`<p>${none}</p>`
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

function factsOf({ facts, visits }: SessionView): Html {
  if (facts === null) return html`<p>Your session is not stored yet.</p>`
  const { shard, slot, version, expiresIn } = facts
  const minutes = expiresIn === null ? 'never' : `in ${Math.round(expiresIn / 60_000)} min`
  return html`<dl class="facts"><div><dt>Shard</dt><dd>${shard}</dd></div><div><dt>Slot</dt><dd>${slot}</dd></div>
<div><dt>Version</dt><dd>${version}</dd></div><div><dt>Expires</dt><dd>${minutes}</dd></div>
<div><dt>Visits</dt><dd>${visits}</dd></div></dl>`
}

function page(
  title: string,
  view: SessionView,
  said: string | undefined,
  content: readonly Html[],
): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} by ${view.by} · disredis demo</title><link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/site.css"></head>
<body><header><nav aria-label="Site"><a href="/">Dashboard</a> <a href="/express/">Shop</a> <a href="/fastify/">Account</a></nav>
<h1>${title} <small>served by ${view.by}</small></h1></header>
<main>${said === undefined ? null : html`<p role="status" class="said">${said}</p>`}
${content}
<section aria-labelledby="session"><h2 id="session">Your session</h2>${factsOf(view)}</section></main></body></html>`
    .text
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}
