/** How a program gets a package: `import` and `export`, or `require()` and `module.exports`. */
export type ModuleStyle = 'import' | 'require'

/** The names that each package exports at run time, `default` among them. */
export type PublicNames = ReadonlyMap<string, readonly string[]>

/** What the last line says when all is as it should be. */
export function exercised(names: PublicNames): string {
  return `all ${[...names.values()].flat().length} names are there; the shards answered`
}

/**
 * A module that exports `exercise`: it takes every public name of every package one by one, as programs
 * do, and works on a real deployment (`SENTINELS`). With `UNTIL_FAILOVER` it says `writing` and goes on
 * until a master was replaced and has answered again.
 */
export function exercise(style: ModuleStyle, names: PublicNames): string {
  const loaded = [...names].map(([name, exported], index) => {
    const locals = exported.map((one) => `p${index}_${one}`)
    const pairs = exported.map((one, i) =>
      style === 'import' ? `${one} as ${locals[i]}` : `${one}: ${locals[i]}`,
    )
    const list = `{ ${pairs.join(', ')} }`
    return {
      load:
        style === 'import' ? `import ${list} from '${name}'` : `const ${list} = require('${name}')`,
      entry: `'${name}': { ${exported.map((one, i) => `${one}: ${locals[i]}`).join(', ')} },`,
    }
  })
  return `${loaded.map(({ load }) => load).join('\n')}

const loaded: Record<string, Record<string, unknown>> = {
  ${loaded.map(({ entry }) => entry).join('\n  ')}
}

const { Disredis, DisredisError, ClosedError } = loaded['@disredis/client'] as any

async function exercise(sentinels: string): Promise<string> {
  let count = 0
  for (const [name, values] of Object.entries(loaded)) {
    for (const [one, value] of Object.entries(values)) {
      if (value === undefined) throw new Error(name + ' has no ' + one)
      count++
    }
  }
  if (loaded['@disredis/sentinel']!.DisredisError !== DisredisError) throw new Error('Two classes')
  const redis = await Disredis.connect(sentinels)
  const subscriber = redis.duplicate()
  try {
    const shards = new Set<string>()
    for (let i = 0; i < 20; i++) {
      await redis.set('key-' + i, 'value-' + i)
      if ((await redis.get('key-' + i)) !== 'value-' + i) throw new Error('Another value')
      shards.add(redis.explain('key-' + i).shard)
    }
    if (shards.size < 2) throw new Error('Only one shard was used')
    const replies = await redis.pipeline().get('key-1').strlen('key-2').exec()
    if (JSON.stringify(replies) !== '[[null,"value-1"],[null,7]]') throw new Error('Wrong replies')
    const heard = new Promise((resolve) => subscriber.once('message', (_: string, text: string) => resolve(text)))
    await subscriber.subscribe('news')
    await redis.publish('news', 'hello')
    if ((await heard) !== 'hello') throw new Error('Another message')
    if (process.env.UNTIL_FAILOVER) await writeUntilFailover(redis)
  } finally {
    await subscriber.close()
    await redis.close()
  }
  const error = await redis.get('key-1').catch((error: unknown) => error)
  if (!(error instanceof ClosedError && error instanceof DisredisError)) throw error
  return 'all ' + count + ' names are there; the shards answered'
}

async function writeUntilFailover(redis: any): Promise<void> {
  let hasFailedOver = false
  redis.on('failoverCompleted', () => { hasFailedOver = true })
  console.log('writing')
  while (!hasFailedOver) {
    for (let i = 0; i < 20; i++) await redis.set('key-' + i, 'later-' + i).catch(ignoreUnknownOutcome)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (let i = 0; i < 20; i++) {
    await redis.set('key-' + i, 'last-' + i)
    if ((await redis.get('key-' + i)) !== 'last-' + i) throw new Error('Another value')
  }
}

function ignoreUnknownOutcome(error: any): void {
  if (!error.mayHaveExecuted) throw error
}

${style === 'import' ? 'export { exercise, loaded }' : 'module.exports = { exercise, loaded }'}
`
}

/** A program that runs it: prints what it returns, or fails. */
export function main(style: ModuleStyle, file: string): string {
  const load =
    style === 'import'
      ? `import { exercise } from '${file}'`
      : `const { exercise } = require('${file}')`
  return `${load}
exercise(process.env.SENTINELS!).then(
  (result: string) => console.log(result),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
`
}
