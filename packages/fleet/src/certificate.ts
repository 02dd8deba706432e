import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'
import {
  bits,
  field,
  integer,
  isTrue,
  objectId,
  octets,
  sequence,
  setOf,
  tagged,
  text,
  time,
} from './der.js'

export interface CertificateRequest {
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuer: string
  readonly issuerKey: { readonly public: KeyObject; readonly private: KeyObject }
  /** Names and IP addresses that the certificate is good for; undefined for a CA. */
  readonly hosts: readonly string[] | undefined
  readonly validFrom: Date
  readonly validTo: Date
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))

/** An X.509 v3 certificate (RFC 5280) for elliptic curve keys, as PEM. */
export function signCertificate(request: CertificateRequest): string {
  const body = sequence(
    field(0, integer(Buffer.from([2]))), // v3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    commonName(request.issuer),
    sequence(time(request.validFrom), time(request.validTo)),
    commonName(request.subject),
    spki(request.publicKey),
    field(3, sequence(...extensions(request))),
  )
  const signature = sign('sha256', body, request.issuerKey.private)
  return pem(sequence(body, ECDSA_WITH_SHA256, bits(signature)))
}

function extensions({ hosts, publicKey, issuerKey }: CertificateRequest): Buffer[] {
  const issuerId = tagged(0x80, keyId(issuerKey.public))
  const ids = [
    extension('2.5.29.14', octets(keyId(publicKey))), // subjectKeyIdentifier
    extension('2.5.29.35', sequence(issuerId)), // authorityKeyIdentifier
  ]
  if (hosts === undefined) {
    return [
      extension('2.5.29.19', sequence(isTrue), isTrue), // basicConstraints, critical: a CA
      extension('2.5.29.15', bits(Buffer.from([0x06]), 1), isTrue), // keyUsage: signs certificates
      ...ids,
    ]
  }
  const serverAndClient = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'].map(objectId)
  return [
    extension('2.5.29.15', bits(Buffer.from([0x80]), 7), isTrue), // keyUsage: digitalSignature
    extension('2.5.29.37', sequence(...serverAndClient)), // extKeyUsage: nodes are both
    extension('2.5.29.17', sequence(...hosts.map(generalName))), // subjectAltName
    ...ids,
  ]
}

function extension(id: string, value: Uint8Array, ...critical: Uint8Array[]): Buffer {
  return sequence(objectId(id), ...critical, octets(value))
}

const commonName = (name: string) => sequence(setOf(sequence(objectId('2.5.4.3'), text(name))))

function generalName(host: string): Buffer {
  return isIP(host) === 0 ? tagged(0x82, Buffer.from(host)) : tagged(0x87, ipBytes(host))
}

function ipBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes an address in its shortest form, so only "::" is left to fill in.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const words = (part: string) => part.split(':').filter((word) => word !== '')
  const zeros = Array.from({ length: 8 - words(head).length - words(tail).length }, () => '0')
  const all = [...words(head), ...zeros, ...words(tail)]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })
const keyId = (key: KeyObject) => createHash('sha1').update(spki(key)).digest()

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
