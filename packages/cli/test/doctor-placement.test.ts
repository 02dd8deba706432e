import { Disredis } from '@disredis/client'
import type { Fleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examine, expectOnly } from '../test-support/examine.js'
import { access, startHealthyFleet } from '../test-support/healthy-fleet.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startHealthyFleet()
})

afterAll(async () => {
  await fleet?.close()
})

async function use(options: {
  masters?: string[]
  ringName: string
  ring?: Record<string, number>
}) {
  const client = await Disredis.connect({
    sentinels: fleet.sentinels,
    username: access.DISREDIS_USERNAME,
    password: access.DISREDIS_PASSWORD,
    sentinelUsername: access.DISREDIS_SENTINEL_USERNAME,
    sentinelPassword: access.DISREDIS_SENTINEL_PASSWORD,
    ...options,
  })
  expect(client.health().placement.state).toBe('verified')
  await client.close()
}

/** Puts what one master says in place of what another one says. */
async function copy(ring: string, from: string, to: string): Promise<void> {
  const name = `disredis_placement_${ring}`
  const list = ['LIST', 'LIBRARYNAME', name, 'WITHCODE']
  const [library] = (await fleet.master(from).command('FUNCTION', ...list)) as unknown[][]
  const code = library?.[library.indexOf('library_code') + 1]
  await fleet.master(to).command('FUNCTION', 'LOAD', 'REPLACE', String(code))
}

describe('placement-records-differ', () => {
  test('is not found in rings that share masters, nor in those of one master each', async () => {
    await use({ ringName: 'both' })
    await use({ ringName: 'weighed', ring: { 'shard-1': 1, 'shard-2': 3 } })
    await use({ ringName: 'single', masters: ['shard-1'] })
    await use({ ringName: 'single', masters: ['shard-2'] })
    expect(await examine(fleet)).toEqual([])
  })

  test('a record that came along with the data of another shard', async () => {
    await use({ ringName: 'copied' })
    await copy('copied', 'shard-1', 'shard-2')
    const { subject, evidence, remedy } = expectOnly(
      await examine(fleet),
      'placement-records-differ',
    )
    expect(subject).toBe('ring copied')
    expect(evidence).toHaveLength(1)
    expect(evidence[0]).toContain('master of shard-2, says that it is shard-1')
    expect(remedy.join()).toContain('disredis placement reset --ring-name copied')
    await fleet.master('shard-2').command('FUNCTION', 'DELETE', 'disredis_placement_copied')
  })

  test('a master that has the record of another set than the one that counts on it', async () => {
    await use({ ringName: 'torn' })
    await fleet.master('shard-2').command('FUNCTION', 'DELETE', 'disredis_placement_torn')
    await use({ ringName: 'torn', masters: ['shard-2'] })
    const { evidence } = expectOnly(await examine(fleet), 'placement-records-differ')
    expect(evidence.map((one) => /of (\S+), epoch 1/.exec(one)?.[1])).toEqual([
      'shard-1=1,shard-2=1',
      'shard-2=1',
    ])
  })
})
