import { SentinelWatcher, type WatcherEvents } from '@disredis/sentinel'
import type { Deployment } from '../connection/access.js'
import { watcherOptions } from '../connection/watcher-options.js'
import type { Terminal } from '../output/terminal.js'
import { describeEvent, told } from './describe-event.js'

/** Prints events until the terminal's signal. */
export async function watchTopology(
  deployment: Deployment,
  terminal: Terminal,
  isJson: boolean,
): Promise<void> {
  const watcher = new SentinelWatcher(watcherOptions(deployment))
  for (const name of told) {
    watcher.on(name, (event: WatcherEvents[typeof name][0]) => {
      const { text, ...fields } = describeEvent(name, event)
      const time = new Date().toISOString()
      terminal.print(
        isJson ? JSON.stringify({ time, event: name, ...fields }) : `${time}  ${name}  ${text}`,
      )
    })
  }
  try {
    await watcher.start()
    if (!isJson) terminal.tell('Watching; Ctrl-C ends.')
    await new Promise<void>((resolve) => {
      if (terminal.signal.aborted) resolve()
      terminal.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await watcher.close()
  }
}
