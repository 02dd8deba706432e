import { hashed, type Secrets } from '../secrets.js'

const channels =
  '&+switch-master &+elected-leader &+selected-slave &+promoted-slave &-failover-abort-not-elected ' +
  '&-failover-abort-no-good-slave &-failover-abort-slave-timeout &+failover-end &+monitor &-monitor ' +
  '&+reset-master &+slave &+sdown &-sdown &+odown &-odown &+sentinel &+reboot &+convert-to-slave &+tilt &-tilt'

const sentinelQuestions =
  '+sentinel|masters +sentinel|master +sentinel|get-master-addr-by-name +sentinel|replicas ' +
  '+sentinel|sentinels +sentinel|ckquorum +sentinel|myid'

/** users.acl of the servers. Nobody is anybody without a password. */
export function dataUsers(secrets: Secrets): string {
  const user = (name: keyof Secrets, rules: string) =>
    `user ${name} on ${hashed(secrets[name])} ${rules}`
  return lines(
    'user default off',
    // Applications: everything on keys, nothing that is about the server.
    user(
      'app',
      '~* &* -@all +@read +@write +@keyspace +@connection +@transaction +@scripting +@pubsub +@blocking ' +
        '-@dangerous +sort +sort_ro +role +info',
    ),
    user('replication', 'resetchannels -@all +psync +replconf +ping'),
    // What sentinel.c sends to servers.
    user(
      'sentinel',
      'allchannels -@all +multi +exec +slaveof +replicaof +ping +info +role +publish +subscribe ' +
        '+config|rewrite +client|setname +client|kill +script|kill',
    ),
    user(
      'doctor',
      'resetchannels -@all +auth +ping +info +role +config|get +acl|list +command|info +function|list',
    ),
    user('operator', '~* &* +@all'),
  )
}

/** users.acl of the Sentinels: who may publish to one can move a master. */
export function sentinelUsers(secrets: Secrets): string {
  return lines(
    'user default off',
    `user sentinel-peer on ${hashed(secrets['sentinel-peer'])} resetchannels &__sentinel__:hello -@all ` +
      '+auth +ping +publish +client|setname +sentinel|is-master-down-by-addr',
    `user sentinel-app on ${hashed(secrets['sentinel-app'])} resetchannels ${channels} -@all +auth +hello +ping ` +
      `+role +client|setname +client|id +subscribe +unsubscribe ${sentinelQuestions}`,
    `user doctor on ${hashed(secrets.doctor)} resetchannels -@all +auth +ping +info +acl|list ` +
      `${sentinelQuestions} +sentinel|config`,
    `user operator on ${hashed(secrets.operator)} &* +@all`,
  )
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`
}
