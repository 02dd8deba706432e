import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { giveTheApplicationItsCore } from './cores.mjs'
import { SessionTime } from './session-time.mjs'

/** An application in a process of its own: no heap and no JIT is shared. */
export async function startApp(name, where) {
  const child = fork(fileURLToPath(import.meta.url), [name], {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: ['--disable-warning=DISREDIS_INSECURE_COOKIE'],
  })
  giveTheApplicationItsCore(child.pid)
  child.send(where)
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ])
  const ask = async (question) => {
    child.send(question)
    const [answer] = await once(child, 'message')
    return answer
  }
  return {
    url: `http://127.0.0.1:${port}`,
    /** @returns {Promise<number>} CPU time of the process so far, in µs */
    cpu: () => ask('cpu'),
    beginSessionTime: () => ask('begin session time'),
    /** @returns {Promise<number>} of the time since it began, the share inside of session code */
    endSessionTime: () => ask('end session time'),
    /** The load leaves requests under way, which nobody waits for. */
    async end() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // It does not outlive who started it.
  process.once('disconnect', () => process.exit())
  const { start } = await import(`./apps/${process.argv[2]}.mjs`)
  const [where] = await once(process, 'message')
  process.send(await start(where))
  const sessionTime = new SessionTime()
  const answers = {
    cpu: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    'begin session time': async () => {
      await sessionTime.begin()
      return true
    },
    'end session time': () => sessionTime.end(),
  }
  process.on('message', async (question) => process.send(await answers[question]()))
}
