import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { giveTheApplicationItsCore } from './cores.mjs'

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
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const exited = once(child, 'exit')
      child.send('close')
      await exited
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { start } = await import(`./apps/${process.argv[2]}.mjs`)
  const [where] = await once(process, 'message')
  const app = await start(where)
  process.send(app.port)
  await once(process, 'message')
  await app.close()
  process.disconnect()
}
