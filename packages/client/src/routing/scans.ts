import { commandInfo } from '../catalog/command-info.js'
import type { Command } from '../commands/command.js'
import { RawCommand } from '../commands/raw-command.js'
import type { RouteTarget } from './route-target.js'
import { decodeCursor, encodeCursor, marks } from './scan-cursor.js'

/** Whose cursors a scan holds. */
export type ScanTarget = Pick<RouteTarget, 'send' | 'resend' | 'generation'>

/** Who serves a target in one of its generations. */
interface Server {
  readonly generation: number
  readonly mark: number
}

type Ask = (target: ScanTarget, name: string, args: unknown[]) => Promise<unknown>

/**
 * SCAN over several shards; and HSCAN, SSCAN, ZSCAN, or SCAN of one shard, over one.
 *
 * A server's cursor holds for that server process alone. What another one serves, or the same after a
 * restart, is scanned from its beginning: elements may come twice, as Redis allows, and what is there
 * throughout is printed at least once. A cursor may be given to any client of the same masters.
 */
export class Scans {
  readonly #servers = new WeakMap<ScanTarget, Server>()

  /** @param targets what is scanned, one after the other */
  send(command: Command, targets: readonly ScanTarget[]): void {
    if (command.info.cursorIndex >= command.args.length) {
      // Without a cursor: the server says what is missing.
      targets[0]!.send(command)
      return
    }
    this.#scan(command, targets).then(
      (reply) => command.answerEncoded(reply),
      (error: Error) => command.fail(error),
    )
  }

  /** What is sent is sent before the first reply: in a pipeline the order of commands is kept. */
  async #scan(command: Command, targets: readonly ScanTarget[]): Promise<unknown> {
    const { info, name } = command
    const args = [...command.args]
    const given = String(args[info.cursorIndex])
    const position = decodeCursor(given, targets.length)
    const { shard, cursor, mark } = position ?? { shard: 0, cursor: -1n, mark: -1 }
    const target = targets[shard]!
    const { generation } = target
    const ask = inTimeOf(command)
    // Of what is no cursor the server says so.
    args[info.cursorIndex] = position === undefined ? given : String(cursor)
    const [known, reply] = await Promise.all([
      cursor === 0n ? undefined : this.#serverOf(target, ask),
      ask(target, name, args),
    ])
    const [nextCursor, items] = reply as [Buffer | string, unknown[]]
    const next = BigInt(nextCursor.toString())
    const after = (cursor: string) => [Buffer.from(cursor), items]
    const begin = (shard: number) => encodeCursor({ shard, cursor: 0n, mark }, targets.length)
    const end = shard === targets.length - 1 ? '0' : begin(shard + 1)
    // From the beginning to the end in one go, whoever answered.
    if (cursor === 0n && next === 0n) return after(end)
    const server = known ?? (await this.#serverOf(target, ask))
    const isSame = server.generation === generation && target.generation === generation
    if (!isSame || (cursor !== 0n && server.mark !== mark)) return after(begin(shard))
    if (next === 0n) return after(end)
    return after(encodeCursor({ shard, cursor: next, mark: server.mark }, targets.length))
  }

  async #serverOf(target: ScanTarget, ask: Ask): Promise<Server> {
    for (;;) {
      const { generation } = target
      const known = this.#servers.get(target)
      if (known?.generation === generation) return known
      const mark = (await askForMark(target, ask)) ?? generation % marks
      // The reply may be of the next generation.
      if (generation === target.generation) this.#servers.set(target, { generation, mark })
    }
  }
}

/** Undefined where INFO is refused: cursors hold for one client then. */
async function askForMark(target: ScanTarget, ask: Ask): Promise<number | undefined> {
  try {
    const info = String(await ask(target, 'info', ['server']))
    const id = /^run_id:([0-9a-f]{12})/mu.exec(info)?.[1]
    return id === undefined ? undefined : Number.parseInt(id, 16) % marks
  } catch (error) {
    if ((error as Error).name === 'ReplyError') return undefined
    throw error
  }
}

/** Sends parts of the command; all of them together have no more time than it has. */
function inTimeOf(command: Command): Ask {
  let first: RawCommand | undefined
  return (target, name, args) =>
    new Promise((resolve, reject) => {
      const info = name === command.name ? command.info : commandInfo(name)
      const receiver = { resolve, reject }
      const part = new RawCommand(name, info, args, command.policy, receiver, command.encoding)
      part.inTimeOf(first ?? command)
      command.parts = [...(command.parts ?? []), part]
      if (first === undefined) target.send(part)
      else target.resend(part)
      first ??= part
    })
}
