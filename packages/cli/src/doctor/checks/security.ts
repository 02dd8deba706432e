import type { AclUser, NodeReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, cliOnEach, nameOf, type ShardFacts } from '../facts.js'

const nodesOf = ({ master, replicas }: ShardFacts) =>
  [master, ...replicas].filter(
    (node): node is NodeReport => node !== undefined && node.failure === undefined,
  )

const defaultUser = (node: { readonly users: readonly AclUser[] | undefined }) =>
  node.users?.find(({ name }) => name === 'default')

export const securityChecks: readonly Check[] = [
  {
    code: 'no-password',
    severity: 'error',
    title: 'Servers answer everybody: no password is needed',
    *find({ nodes }) {
      const open = nodes.filter(({ withoutPassword }) => withoutPassword === 'answers')
      if (open.length === 0) return
      yield {
        subject: open.map(nameOf).join(', '),
        evidence: open.map((node) => `${nameOf(node)} answered INFO without a password`),
        remedy: [
          'In the order replicas, master, Sentinels, clients, so that nobody is locked out meanwhile:',
          'ACL SETUSER for each user (disredis init writes them), masteruser and masterauth on every node, ' +
            'SENTINEL SET <name> auth-user … auth-pass …, then ACL SETUSER default off',
        ],
      }
    },
  },
  {
    code: 'sentinel-without-password',
    severity: 'error',
    title: 'Sentinels answer everybody: whoever reaches the port can move a master',
    *find({ sentinels }) {
      const open = sentinels.filter(({ withoutPassword }) => withoutPassword === 'answers')
      if (open.length === 0) return
      yield {
        subject: open.map(nameOf).join(', '),
        evidence: open.map(
          (node) => `${nameOf(node)} answered SENTINEL MASTERS without a password`,
        ),
        remedy: [
          'In each sentinel.conf: users for the Sentinels (sentinel sentinel-user, sentinel-pass) and for clients, ' +
            'then user default off; disredis init writes them',
          'until then: a firewall that lets only Sentinels and clients reach port 26379',
        ],
      }
    },
  },
  {
    code: 'default-user-has-all-rights',
    severity: 'warning',
    title: 'The default user may do everything: every application has the rights of an operator',
    *find({ nodes }) {
      const strong = nodes.filter((node) => {
        const user = defaultUser(node)
        return user?.isOn && user.hasAllRights && !user.hasNoPassword
      })
      if (strong.length === 0) return
      yield {
        subject: strong.map(nameOf).join(', '),
        evidence: strong.map((node) => `${nameOf(node)} has user default on, ~*, +@all`),
        remedy: [
          'A user for each application with the commands that it uses, then:',
          ...cliOnEach(
            strong.map(({ address }) => address),
            'ACL SETUSER default off',
          ),
        ],
      }
    },
  },
  {
    code: 'protected-mode-locks-out',
    severity: 'warning',
    title:
      'Protected mode without a password: only the machine itself may connect, no replica, no Sentinel',
    *find({ nodes }) {
      for (const node of nodes) {
        if (node.config.get('protected-mode') !== 'yes') continue
        if (defaultUser(node)?.hasNoPassword !== true || !defaultUser(node)?.isOn) continue
        yield {
          subject: nameOf(node),
          evidence: [
            `${nameOf(node)} has protected-mode yes, and its default user has no password`,
            `bind ${node.config.get('bind') ?? ''}`,
          ],
          remedy: [
            'Set passwords (see no-password); protected-mode stays on, and has no effect then',
          ],
        }
      }
    },
  },
  {
    code: 'masterauth-missing',
    severity: 'error',
    title: 'A node that becomes a replica could not log in at the next master',
    *find({ shards }) {
      for (const shard of shards) {
        const nodes = nodesOf(shard)
        const closed = nodes.filter(({ withoutPassword }) => withoutPassword === 'refuses')
        for (const node of nodes) {
          const others = closed.filter((other) => other !== node)
          if (others.length === 0 || node.config.get('masterauth') !== '') continue
          yield {
            subject: nameOf(node),
            evidence: [
              `${nameOf(node)} has no masterauth`,
              ...others.map((other) => `${nameOf(other)} asks for a password`),
            ],
            remedy: [
              cli(node.address, 'CONFIG SET masteruser <user>'),
              cli(node.address, 'CONFIG SET masterauth <password>'),
              cli(node.address, 'CONFIG REWRITE'),
            ],
          }
        }
      }
    },
  },
  {
    code: 'users-differ',
    severity: 'warning',
    title: 'The nodes of a shard have different users: after a failover clients are refused',
    *find({ shards }) {
      for (const shard of shards) {
        const nodes = nodesOf(shard).filter(({ users }) => users !== undefined)
        const names = new Set(nodes.flatMap(({ users }) => users!.map(({ name }) => name)))
        const different = [...names].filter((name) => {
          const digests = nodes.map(
            ({ users }) => users!.find((user) => user.name === name)?.digest,
          )
          return new Set(digests).size > 1
        })
        if (different.length === 0) continue
        yield {
          subject: shard.name,
          evidence: different.flatMap((name) =>
            nodes.map((node) => {
              const user = node.users!.find((one) => one.name === name)
              return user === undefined
                ? `${nameOf(node)} has no user ${name}`
                : `${nameOf(node)} has user ${name} (${user.digest.slice(0, 8)})`
            }),
          ),
          remedy: ['The same users.acl on every node, then on each: ACL LOAD'],
        }
      }
    },
  },
]
