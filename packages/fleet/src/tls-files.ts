/** Certificates of a fleet: as text for clients, as files for servers. */
export interface TlsFiles {
  /** PEM. With `cert` and `key` usable as the `tls` option of a client. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}
