import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '@disredis/sentinel'
import type { Access } from '../connection/access.js'
import { type FailureReason, NodeFailure } from './node-session.js'

const reasons: Readonly<Record<string, readonly [FailureReason, string]>> = {
  ECONNREFUSED: ['refused', 'refuses connections'],
  ECONNRESET: ['closed', 'reset the connection'],
  EPIPE: ['closed', 'closed the connection'],
  EHOSTUNREACH: ['unreachable', 'is not reachable from here'],
  ENETUNREACH: ['unreachable', 'is not reachable from here'],
  ETIMEDOUT: ['timeout', 'could not be reached in time'],
  ENOTFOUND: ['unresolved', 'has a host name that does not exist'],
  EAI_AGAIN: ['unresolved', 'has a host name that cannot be resolved now'],
}

/** Resolves with a socket that is ready to be used. @throws NodeFailure */
export function openSocket(address: Address, access: Access, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let isSecuring = false
    const socket = open(address, access)
    const limit = setTimeout(() => {
      fail(
        isSecuring
          ? new NodeFailure('tls', `sent no TLS handshake within ${timeout} ms`)
          : new NodeFailure('timeout', `could not be reached within ${timeout} ms`),
      )
    }, timeout)
    const fail = (failure: NodeFailure) => {
      clearTimeout(limit)
      // A late error of a socket that nobody waits for any more.
      socket.on('error', () => {})
      socket.destroy()
      reject(failure)
    }
    const onError = (error: Error) => fail(socketFailure(error, isSecuring))
    const onClose = () => fail(new NodeFailure('closed', 'closed the connection at once'))
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once('connect', () => {
      isSecuring = access.tls !== undefined
    })
    socket.once(access.tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(limit)
      socket.off('error', onError)
      socket.off('close', onClose)
      resolve(socket)
    })
  })
}

export function socketFailure(error: Error, isSecuring: boolean): NodeFailure {
  const { code } = error as NodeJS.ErrnoException
  if (isSecuring || /^(?:ERR_SSL_|ERR_TLS_|EPROTO|CERT_|DEPTH_|SELF_|UNABLE_)/u.test(code ?? '')) {
    return new NodeFailure('tls', `fails in the TLS handshake: ${error.message}`, { cause: error })
  }
  const [reason, text] = reasons[code ?? ''] ?? ['unreachable', `fails: ${error.message}`]
  return new NodeFailure(reason, code === undefined ? text : `${text} (${code})`, { cause: error })
}

function open(address: Address, { tls }: Access): Socket {
  if (tls === undefined) return connectTcp({ ...address, noDelay: true })
  const options = tls === true ? {} : tls
  const servername = isIP(address.host) === 0 ? { servername: address.host } : {}
  return connectTls({ ...servername, ...options, host: address.host, port: address.port })
}
