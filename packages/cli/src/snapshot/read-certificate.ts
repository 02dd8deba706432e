import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Address } from '@disredis/sentinel'
import type { Access } from '../connection/access.js'
import { openSocket } from '../nodes/open-socket.js'
import type { CertificateReport } from './snapshot.js'

/** Looks at what a node shows, whether it is to be trusted or not. Undefined: it shows none. */
export async function readCertificate(
  address: Address,
  { tls }: Access,
  timeout: number,
): Promise<CertificateReport | undefined> {
  const options = tls === true || tls === undefined ? {} : tls
  let socket: TLSSocket
  try {
    socket = (await openSocket(
      address,
      { tls: { ...options, rejectUnauthorized: false } },
      timeout,
    )) as TLSSocket
  } catch {
    return undefined
  }
  const certificate = socket.getPeerCertificate()
  const chainProblem = socket.authorizationError as Error | string | undefined
  const gone = new Promise((resolve) => socket.once('close', resolve))
  socket.destroy()
  await gone
  if (Object.keys(certificate).length === 0) return undefined
  const servername = options.servername ?? address.host
  const nameProblem = checkServerIdentity(servername, certificate)
  return {
    validTo: Date.parse(certificate.valid_to),
    validFrom: Date.parse(certificate.valid_from),
    subject: describe(certificate),
    refusal: nameProblem?.message ?? (chainProblem ? String(chainProblem) : undefined),
    isNameMismatch: nameProblem !== undefined,
  }
}

function describe({ subject, subjectaltname }: PeerCertificate): string {
  const names = subjectaltname ?? ''
  return `${subject?.CN ?? 'no common name'}${names === '' ? '' : ` (${names})`}`
}
