import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { randomPort, reservePort } from './port-reservation.js'

test('reserved ports differ and can be listened on', async () => {
  const reservations = await Promise.all(Array.from({ length: 50 }, () => reservePort('127.0.0.1')))
  const ports = reservations.map(({ port }) => port)
  expect(new Set(ports).size).toBe(50)

  const server = createServer()
  await new Promise<void>((resolve) => server.listen(ports[0], '127.0.0.1', resolve))
  await new Promise((resolve) => server.close(resolve))
  for (const reservation of reservations) reservation.release()
})

test('a port is not given twice, whether a server listens on it or not', async () => {
  const reserved = await reservePort('127.0.0.1')
  const served = await reservePort('127.0.0.1')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(served.port, '127.0.0.1', resolve))
  served.release()

  const wishes = [reserved.port, served.port]
  const other = await reservePort('127.0.0.1', () => wishes.shift() ?? randomPort())
  expect(wishes).toEqual([])
  expect([reserved.port, served.port]).not.toContain(other.port)

  reserved.release()
  const again = await reservePort('127.0.0.1', () => reserved.port)
  expect(again.port).toBe(reserved.port)

  await new Promise((resolve) => server.close(resolve))
  for (const { release } of [other, again]) release()
})

test('an address that is not of this machine is refused', async () => {
  await expect(reservePort('192.0.2.1')).rejects.toMatchObject({
    code: 'DISREDIS_FLEET_OPTION',
    message: expect.stringContaining('192.0.2.1'),
  })
})
