import type { NodeReport, SentinelReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, nameOf } from '../facts.js'

const DAY = 86_400_000

const withTls = (node: NodeReport | SentinelReport) => node.certificate !== undefined
const renew =
  'put the new files in place and, on each node, CONFIG SET tls-cert-file <file> (Sentinels: restart, one by one)'

export const tlsChecks: readonly Check[] = [
  {
    code: 'tls-on-one-side',
    severity: 'warning',
    title: 'Only the servers or only the Sentinels use TLS: the other half is unencrypted',
    *find({ sentinels, nodes }) {
      if (sentinels.length === 0 || nodes.length === 0) return
      if (sentinels.some(withTls) === nodes.some(withTls)) return
      const side = (isTls: boolean) => (isTls ? 'TLS' : 'no TLS')
      yield {
        subject: sentinels.some(withTls) ? 'servers' : 'Sentinels',
        evidence: [
          `Sentinels: ${side(sentinels.some(withTls))} (${sentinels.map(nameOf).join(', ')})`,
          `servers: ${side(nodes.some(withTls))} (${nodes.map(nameOf).join(', ')})`,
        ],
        remedy: [
          'tls-port, tls-cert-file, tls-key-file, tls-ca-cert-file, tls-replication yes on both; port 0 when all clients have moved',
        ],
      }
    },
  },
  {
    code: 'tls-replication-off',
    severity: 'warning',
    title: 'Clients use TLS, replication does not: all data crosses the network unencrypted',
    *find({ nodes }) {
      for (const node of nodes) {
        const port = node.config.get('tls-port') ?? '0'
        if (port === '0' || node.config.get('tls-replication') !== 'no') continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} has tls-port ${port} and tls-replication no`],
          remedy: [
            cli(node.address, 'CONFIG SET tls-replication yes'),
            cli(node.address, 'CONFIG REWRITE'),
          ],
        }
      }
    },
  },
  {
    code: 'plain-port-beside-tls',
    severity: 'info',
    title: 'A server has an unencrypted port in addition to its TLS port',
    *find({ nodes }) {
      for (const node of nodes) {
        const [port, tlsPort] = [node.config.get('port') ?? '0', node.config.get('tls-port') ?? '0']
        if (port === '0' || tlsPort === '0') continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} has port ${port} and tls-port ${tlsPort}`],
          remedy: [cli(node.address, 'CONFIG SET port 0'), cli(node.address, 'CONFIG REWRITE')],
        }
      }
    },
  },
  {
    code: 'certificate-near-its-end',
    severity: 'warning',
    title: 'A certificate expires soon, or has expired',
    *find({ snapshot }, { certificateDays }) {
      for (const node of [...snapshot.sentinels, ...snapshot.nodes]) {
        const { certificate } = node
        if (certificate === undefined) continue
        const days = (certificate.validTo - snapshot.takenAt) / DAY
        if (days > certificateDays) continue
        const ends = new Date(certificate.validTo).toISOString().slice(0, 10)
        yield {
          subject: nameOf(node),
          severity: days < 0 ? 'error' : 'warning',
          evidence: [
            `${nameOf(node)} shows ${certificate.subject}`,
            days < 0 ? `it ended on ${ends}` : `it ends on ${ends}, in ${Math.floor(days)} days`,
          ],
          remedy: [renew],
        }
      }
    },
  },
  {
    code: 'certificate-refused',
    severity: 'error',
    title:
      'Clients refuse a certificate: it is for other names, or from an authority that they do not trust',
    *find({ snapshot }) {
      for (const node of [...snapshot.sentinels, ...snapshot.nodes]) {
        const { certificate } = node
        if (certificate?.refusal === undefined || certificate.validTo < snapshot.takenAt) continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} shows ${certificate.subject}`, certificate.refusal],
          remedy: certificate.isNameMismatch
            ? [
                `a certificate with ${node.dialled.host} among its names (subjectAltName); ${renew}`,
                'or announce names instead of addresses: sentinel resolve-hostnames yes, sentinel announce-hostnames yes',
              ]
            : ['give the authority: --ca <file>, and tls: { ca } to the clients'],
        }
      }
    },
  },
  {
    code: 'tls-fails',
    severity: 'error',
    title: 'A node does not use TLS where it should, or requires a client certificate',
    *find({ snapshot }) {
      for (const node of [...snapshot.sentinels, ...snapshot.nodes]) {
        if (node.failure?.reason !== 'tls' || node.certificate !== undefined) continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} ${node.failure.message}`],
          remedy: [
            'tls-port on the server, or no --tls here',
            'where it has tls-auth-clients yes: --cert and --key',
          ],
        }
      }
    },
  },
]
