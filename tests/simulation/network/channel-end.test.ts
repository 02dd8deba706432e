import { expect, test } from 'vitest'
import { Random } from '../core/random.js'
import { VirtualTime } from '../core/virtual-time.js'
import { Network } from './network.js'

function makeLink(): {
  readonly time: VirtualTime
  readonly network: Network
  readonly received: string[]
  readonly send: (text: string) => void
  readonly hosts: ReturnType<Network['addHost']>[]
  readonly ends: string[]
  readonly end: ReturnType<Network['dial']>
} {
  const time = new VirtualTime()
  const network = new Network(time, new Random(1), { latency: 1, jitter: 2 })
  const hosts = [network.addHost('a', '127.2.0.1'), network.addHost('b', '127.2.0.2')]
  const received: string[] = []
  const ends: string[] = []
  network.listen(hosts[1]!, 1, () => ({
    received: (frame) => received.push(String(frame)),
    closed: (isReset) => ends.push(isReset ? 'reset' : 'end'),
  }))
  const end = network.dial(
    hosts[0]!,
    { host: '127.2.0.2', port: 1 },
    {
      received: () => {},
      closed: (isReset) => ends.push(isReset ? 'reset here' : 'end here'),
    },
  )
  return { time, network, received, send: (text) => end.send(text), hosts, ends, end }
}

test('what is sent arrives in its order, also when the link is cut while something is under way', async () => {
  for (let cutAt = 0; cutAt < 20; cutAt++) {
    const { time, network, received, send, hosts } = makeLink()
    await time.run(20)
    const sent = Array.from({ length: 20 }, (_, index) => String(index))
    sent.forEach((text, index) => {
      time.after(index, () => send(text))
    })
    time.after(cutAt + 0.5, () => network.cut(hosts[0]!, hosts[1]!))
    time.after(cutAt + 6.5, () => network.heal(hosts[0]!, hosts[1]!))
    await time.run(10_000)
    expect(received).toEqual(sent)
  }
})

test('a reset at a byte delivers the bytes before it and ends both sides', async () => {
  const { time, received, send, ends, end } = makeLink()
  await time.run(20)
  end.cutAfter = 5
  send('abc')
  send('defg')
  await time.run(100)
  expect(received.join('')).toBe('abcde')
  expect(ends.sort()).toEqual(['reset', 'reset here'])
})

test('a machine without power answers nothing; when it is back, what is sent to it is reset', async () => {
  const { time, send, ends, hosts } = makeLink()
  await time.run(20)
  hosts[1]!.powerOff()
  send('lost')
  await time.run(1000)
  expect(ends).toEqual([])
  hosts[1]!.isUp = true
  send('late')
  await time.run(2000)
  expect(ends).toEqual(['reset here'])
})

test('a frozen process gets what has arrived when it goes on', async () => {
  const { time, received, send, hosts } = makeLink()
  await time.run(20)
  hosts[1]!.freeze()
  send('a')
  await time.run(1000)
  expect(received).toEqual([])
  hosts[1]!.thaw()
  await time.run(1010)
  expect(received).toEqual(['a'])
})
