import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { ClosingList } from './closing-list.js'
import { Comparison } from './comparison/comparison.js'
import { readMethod } from './comparison/method.js'
import { Crowd } from './crowd/crowd.js'
import { Demo, type DemoOptions } from './demo.js'
import { FailoverRecorder } from './failovers/failover-recorder.js'
import { Site } from './site/site.js'
import { now } from './time.js'
import { BeliefWatch } from './watch/belief-watch.js'
import { ReplicationWatch } from './watch/replication-watch.js'
import { Actions } from './web/actions.js'
import { Board } from './web/board.js'
import { BoardWriter } from './web/board-writer.js'
import { EventStream } from './web/event-stream.js'
import { pauseOf } from './web/load-levels.js'
import { PageFiles } from './web/page-files.js'
import { sampleInterval } from './web/sections.js'
import { WebServer, type WebServerOptions } from './web/web-server.js'

export interface ShowcaseOptions extends Omit<DemoOptions, 'workload'> {
  readonly web: WebServerOptions
  /** What Vite built of the page. Default: where the build puts it. */
  readonly pageFolder?: string
}

const builtPage = fileURLToPath(new URL('../dist/page', import.meta.url))

/** The demo with everything around it: two applications, visitors, other clients, and the page. */
export class Showcase implements AsyncDisposable {
  readonly demo: Demo
  readonly server: WebServer
  readonly crowd: Crowd
  readonly comparison: Comparison | undefined
  readonly recorder: FailoverRecorder
  readonly stream: EventStream
  readonly #closing: ClosingList

  private constructor(
    parts: Pick<Showcase, 'demo' | 'server' | 'crowd' | 'comparison' | 'recorder' | 'stream'>,
    closing: ClosingList,
  ) {
    this.demo = parts.demo
    this.server = parts.server
    this.crowd = parts.crowd
    this.comparison = parts.comparison
    this.recorder = parts.recorder
    this.stream = parts.stream
    this.#closing = closing
  }

  /** @throws what {@link Demo.start} throws, or Error for an address that is taken; nothing is left open */
  static async start(options: ShowcaseOptions): Promise<Showcase> {
    const closing = new ClosingList()
    try {
      // These wait for what is under way, which ends at once when the client is closed: they come last.
      const last = new ClosingList()
      closing.add(() => last[Symbol.asyncDispose]())
      const files = new PageFiles(options.pageFolder ?? builtPage)
      const pace = { pause: pauseOf.normal }
      const demo = await Demo.start({
        ...options,
        workload: { pace, rateInterval: sampleInterval },
      })
      closing.add(() => demo[Symbol.asyncDispose]())
      const { client, conductor, faults, shards, deployment } = demo
      const prefix = `${demo.workload.prefix}:site`
      closing.add(() => demo.removeKeysOf(prefix))
      const recorder = new FailoverRecorder(client, faults, now() - demo.elapsed)
      closing.add(() => recorder[Symbol.dispose]())
      conductor.addListener(recorder)
      demo.onNews((news) => recorder.heard(news))
      const secret = randomBytes(32).toString('base64url')
      const site = await Site.create({ client, prefix, secret })
      last.add(() => site[Symbol.asyncDispose]())
      const crowd = new Crowd(client, prefix)
      last.add(() => crowd[Symbol.asyncDispose]())
      closing.add(() => crowd.stop())
      // A stranger's deployment gets no load but the demo's own.
      const comparison =
        deployment.kind === 'fleet' ? await Comparison.start(demo, pace) : undefined
      if (comparison !== undefined) {
        closing.add(() => comparison[Symbol.asyncDispose]())
        const doubt = ({ shard }: { readonly shard: string }) => comparison.doubt(shard)
        conductor.addListener({ faultBegins: doubt, faultEnds: doubt })
      }
      const sentinels = client.topology?.sentinels.map(({ address }) => address) ?? []
      const beliefs = new BeliefWatch(sentinels, deployment.sentinel)
      closing.add(() => beliefs[Symbol.dispose]())
      const replication = new ReplicationWatch(client, shards)
      closing.add(() => replication[Symbol.dispose]())
      const actions = new Actions(demo, pace)
      const board = new Board()
      const load = () => actions.load
      const writer = new BoardWriter(board, {
        demo,
        crowd,
        comparison,
        recorder,
        replication,
        beliefs,
        load,
      })
      closing.add(() => writer[Symbol.dispose]())
      const stream = new EventStream(board)
      const server = await WebServer.listen(options.web, {
        site,
        files,
        stream,
        actions,
        method: readMethod,
        onTrouble: (message) => demo.log.add(message),
      })
      closing.add(() => server[Symbol.asyncDispose]())
      return new Showcase({ demo, server, crowd, comparison, recorder, stream }, closing)
    } catch (error) {
      await closing[Symbol.asyncDispose]()
      throw error
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing[Symbol.asyncDispose]()
  }
}
