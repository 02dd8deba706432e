import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signCertificate } from './certificate.js'
import { FleetError } from './fleet-error.js'

/** Certificates of a fleet: as text for clients, as files for servers. */
export interface TlsFiles {
  /** PEM. With `cert` and `key` usable as the `tls` option of a client. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  /** The CA's own key, to sign more; undefined for files that were given. */
  readonly caKeyFile: string | undefined
}

export interface TlsFilesOptions {
  /** Names and IP addresses of the servers. Default `localhost`, `127.0.0.1`, `::1`. */
  readonly hosts?: readonly string[]
  /** Default: a day ago. */
  readonly validFrom?: Date
  /** Default: in a year. A past date makes an expired certificate. */
  readonly validTo?: Date
  /** Signs with the CA of these files, which `createTlsFiles` has made. Default: a new CA. */
  readonly issuer?: TlsFiles
}

const DAY = 86_400_000
const CA_NAME = 'disredis fleet CA'

/**
 * Makes a certificate for servers and clients, and its CA, in `folder`: `ca.crt`, `ca.key`,
 * `server.crt`, `server.key`. For tests only: the keys lie there unencrypted.
 *
 * @throws FleetError `DISREDIS_FLEET_OPTION` when the issuer's key is not known.
 */
export function createTlsFiles(folder: string, options: TlsFilesOptions = {}): TlsFiles {
  const { hosts = ['localhost', '127.0.0.1', '::1'] } = options
  const validFrom = options.validFrom ?? new Date(Date.now() - DAY)
  const validTo = options.validTo ?? new Date(Date.now() + 365 * DAY)
  mkdirSync(folder, { recursive: true })
  const save = (name: string, content: string): string => {
    const file = join(folder, name)
    writeFileSync(file, content, { mode: 0o600 })
    return file
  }

  const authority = options.issuer === undefined ? newAuthority() : authorityOf(options.issuer)
  const { publicKey, privateKey } = newKeys()
  const cert = signCertificate({
    subject: 'disredis fleet',
    publicKey,
    issuer: CA_NAME,
    issuerKey: authority.keys,
    hosts,
    validFrom,
    validTo,
  })
  const key = pem(privateKey)
  return Object.freeze({
    ca: authority.cert,
    cert,
    key,
    caFile: save('ca.crt', authority.cert),
    caKeyFile: save('ca.key', pem(authority.keys.private)),
    certFile: save('server.crt', cert),
    keyFile: save('server.key', key),
  })
}

/** Files that exist already. */
export function readTlsFiles(caFile: string, certFile: string, keyFile: string): TlsFiles {
  const read = (file: string) => readFileSync(file, 'utf8')
  return Object.freeze({
    ca: read(caFile),
    cert: read(certFile),
    key: read(keyFile),
    caFile,
    certFile,
    keyFile,
    caKeyFile: undefined,
  })
}

interface Authority {
  readonly cert: string
  readonly keys: { readonly public: KeyObject; readonly private: KeyObject }
}

function newAuthority(): Authority {
  const { publicKey, privateKey } = newKeys()
  const keys = { public: publicKey, private: privateKey }
  const cert = signCertificate({
    subject: CA_NAME,
    publicKey,
    issuer: CA_NAME,
    issuerKey: keys,
    hosts: undefined,
    // Longer than anything it signs: only the server's certificate is ever the expired one.
    validFrom: new Date(Date.now() - 3650 * DAY),
    validTo: new Date(Date.now() + 3650 * DAY),
  })
  return { cert, keys }
}

function authorityOf({ ca, caKeyFile }: TlsFiles): Authority {
  if (caKeyFile === undefined) {
    throw new FleetError('DISREDIS_FLEET_OPTION', 'Option issuer has no caKeyFile to sign with')
  }
  const privateKey = createPrivateKey(readFileSync(caKeyFile))
  return { cert: ca, keys: { public: createPublicKey(privateKey), private: privateKey } }
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
