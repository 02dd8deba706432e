import { describe, expect, test } from 'vitest'
import { ScriptedSentinel } from '../../test/support/scripted-sentinel.js'
import { NotASentinelError, SentinelAuthError, SentinelReplyError } from '../errors.js'
import { identityCommands, readIdentity } from './identity.js'
import { planPoll, readPoll } from './poll.js'
import { createAddressReader } from './read-address.js'

const node = (host: string) => ({ host, port: 6379 })
const readAddress = createAddressReader({})

function ask(
  sentinel: ScriptedSentinel,
  names: string[],
  detailed: string[] = names,
  isRemote = false,
) {
  const plan = planPoll(names, new Set(detailed))
  return readPoll(
    plan,
    plan.commands.map((command) => sentinel.answer(command)),
    readAddress,
    isRemote,
  )
}

function sentinelOf(masters: ScriptedSentinel['masters']): ScriptedSentinel {
  const sentinel = new ScriptedSentinel({ host: 's1', port: 26379 }, 'id1')
  sentinel.masters = masters
  return sentinel
}

describe('a poll', () => {
  test('asks for the epochs before the addresses that belong to them', () => {
    expect(planPoll(['a', 'b'], new Set(['b'])).commands).toEqual([
      ['SENTINEL', 'MASTERS'],
      ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'a'],
      ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'b'],
      ['SENTINEL', 'REPLICAS', 'b'],
      ['SENTINEL', 'SENTINELS', 'b'],
    ])
  })

  test('reads every master, and replicas and Sentinels where it asked for them', () => {
    const sentinel = sentinelOf({
      a: { address: node('1'), epoch: 3, flags: 'master,s_down', replicas: [node('2')] },
      b: { address: node('3'), epoch: 4 },
    })
    sentinel.others = [{ id: 'id2', address: { host: 's2', port: 5 } }]
    const { masters, problems } = ask(sentinel, ['a', 'b'], ['a'])
    expect(problems).toEqual([])
    expect(masters.get('a')).toMatchObject({
      claim: { address: node('1'), epoch: 3 },
      quorum: 2,
      downAfter: 0,
      flags: ['master', 's_down'],
      replicas: [{ address: node('2'), flags: ['slave'], masterLinkUp: true, priority: 100 }],
      sentinels: [{ id: 'id2', address: { host: 's2', port: 5 } }],
    })
    expect(masters.get('b')).toMatchObject({ claim: { epoch: 4 }, replicas: undefined })
  })

  test('takes the address from GET-MASTER-ADDR-BY-NAME, not from the list of masters', () => {
    // What a leader says while replicas are being reconfigured.
    const sentinel = sentinelOf({ a: { address: node('old'), epoch: 5, flags: 'master,o_down' } })
    sentinel.override = ([, subcommand]) =>
      subcommand === 'GET-MASTER-ADDR-BY-NAME' ? ['new', '6379'] : undefined
    expect(ask(sentinel, ['a']).masters.get('a')).toMatchObject({
      claim: { address: node('new'), epoch: 5 },
      flags: ['master'],
    })
  })

  test('believes no config-epoch that was not counted', () => {
    for (const epoch of [String(2 ** 48 + 1), '9'.repeat(25)]) {
      const sentinel = sentinelOf({ a: { address: node('1'), epoch: 1 } })
      sentinel.override = ([, subcommand]) =>
        subcommand === 'MASTERS' ? [['name', 'a', 'config-epoch', epoch]] : undefined
      const { masters, problems } = ask(sentinel, ['a'])
      expect(masters.get('a')!.claim).toBeUndefined()
      expect(problems[0]!.message).toContain(`Master "a": config-epoch ${epoch}`)
      expect(problems[0]).toBeInstanceOf(SentinelReplyError)
    }
  })

  test('tells of a loopback address by a Sentinel of another machine, and uses it', () => {
    const sentinel = sentinelOf({ a: { address: node('127.0.0.1'), epoch: 1 } })
    expect(ask(sentinel, ['a']).problems).toEqual([])
    const { masters, problems } = ask(sentinel, ['a'], [], true)
    expect(masters.get('a')!.claim!.address).toEqual(node('127.0.0.1'))
    expect(problems[0]!.message).toContain('Master "a" is named at 127.0.0.1:6379')
  })

  test.each(['select_slave', 'send_slaveof_noone', 'wait_promotion'])(
    'tells of a failover that the Sentinel leads: %s',
    (state) => {
      const replicas = [node('2'), node('3')]
      const failover = { state, replica: node('3') }
      const sentinel = sentinelOf({ a: { address: node('1'), epoch: 3, replicas, failover } })
      expect(ask(sentinel, ['a']).masters.get('a')!.failover).toEqual({ replica: node('3') })
      expect(ask(sentinel, ['a'], []).masters.get('a')!.failover).toEqual({ replica: undefined })
    },
  )

  test.each(['none', 'wait_start', 'reconf_slaves', 'update_config'])(
    'tells of none that is not begun or is done: %s',
    (state) => {
      const sentinel = sentinelOf({ a: { address: node('1'), epoch: 3, failover: { state } } })
      expect(ask(sentinel, ['a']).masters.get('a')!.failover).toBeUndefined()
    },
  )

  test('passes over masters that this Sentinel does not watch', () => {
    const { masters, problems } = ask(sentinelOf({ a: { address: node('1'), epoch: 1 } }), [
      'a',
      'x',
    ])
    expect([...masters.keys()]).toEqual(['a'])
    expect(problems).toEqual([])
  })

  test('keeps what it can use and says what it cannot', () => {
    const sentinel = sentinelOf({
      a: { address: node(''), epoch: 1 },
      b: { address: node('1'), epoch: 1, replicas: [node(''), node('2')] },
    })
    sentinel.others = [{ id: '', address: node('s2') }]
    const { masters, problems } = ask(sentinel, ['a', 'b'], ['b'])
    expect(masters.get('a')!.claim).toBeUndefined()
    expect(masters.get('b')!.replicas).toHaveLength(1)
    expect(masters.get('b')!.sentinels).toEqual([])
    expect(problems.map(({ message }) => message)).toEqual([
      'Master "a": The Sentinel names the address with an empty host; can the Sentinel resolve the name?',
      'Replica of "b": The Sentinel names the address with an empty host; can the Sentinel resolve the name?',
      'Sentinel of "b": SENTINEL SENTINELS gave a Sentinel without runid',
    ])
  })

  test.each([
    ['no permission', new Error('NOPERM no permissions'), SentinelAuthError],
    ['an error', new Error('ERR odd'), SentinelReplyError],
    ['a number', 7, SentinelReplyError],
    ['nothing', null, SentinelReplyError],
  ])('throws when the list of masters is %s', (_, reply, type) => {
    const sentinel = sentinelOf({})
    sentinel.override = () => reply
    expect(() => ask(sentinel, ['a'])).toThrow(type)
  })

  test.each(['GET-MASTER-ADDR-BY-NAME', 'REPLICAS', 'SENTINELS'])(
    'throws when %s is not permitted',
    (refused) => {
      const sentinel = sentinelOf({ a: { address: node('1'), epoch: 1 } })
      sentinel.override = ([, subcommand]) =>
        subcommand === refused ? new Error('NOPERM no permissions') : undefined
      expect(() => ask(sentinel, ['a'])).toThrow(SentinelAuthError)
    },
  )
})

describe('the identity of a node', () => {
  const read = (sentinel: ScriptedSentinel) =>
    readIdentity(identityCommands.map((command) => sentinel.answer(command)))

  test('of a Sentinel is its id and the masters that it watches', () => {
    expect(read(sentinelOf({ a: { address: node('1'), epoch: 1 } }))).toEqual({
      id: 'id1',
      names: ['a'],
    })
  })

  test.each([
    ['a master', ['master', 0, []], NotASentinelError, 'is a Redis data node (role master)'],
    ['a replica', ['slave', 'h', 1, 'connected', 0], NotASentinelError, '(role slave)'],
    ['something else', 'OK', SentinelReplyError, 'answered string instead of a list'],
    ['an odd list', ['odd'], NotASentinelError, 'does not answer ROLE as a Sentinel does'],
    [
      'not known',
      new Error("ERR unknown command 'ROLE', with args beginning with:"),
      NotASentinelError,
      'does not know the SENTINEL commands',
    ],
  ])('whose role is %s is an error', (_, role, type, message) => {
    const sentinel = sentinelOf({})
    sentinel.role = role
    expect(() => read(sentinel)).toThrow(type)
    expect(() => read(sentinel)).toThrow(message)
  })

  test('without an id is an error', () => {
    const sentinel = sentinelOf({})
    sentinel.id = ''
    expect(() => read(sentinel)).toThrow('SENTINEL MYID gave no id')
  })
})
