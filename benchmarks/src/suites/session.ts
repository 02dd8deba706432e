import type { Mode, Suite } from './case.js'
import { loadCase } from './load-case.js'
import { contendersFor } from './participants.js'

/** The mix of commands that a session store makes of HTTP requests. */
export const session: Suite = {
  name: 'session',
  description: 'session-like mix: load and touch 70, load and save 20, log in 5, log out 5 of 100',
  cases: (mode: Mode) =>
    (mode === 'quick' ? [50] : [50, 500]).map((callers) =>
      loadCase({
        id: `session-c${callers}`,
        suite: 'session',
        title: `Session-like mix, 500 B sessions, C=${callers} (operations are requests)`,
        figure: 'Session-like mix',
        contenders: contendersFor(mode),
        workload: { kind: 'session', callers },
      }),
    ),
}
