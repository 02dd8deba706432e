/**
 * The channels to subscribe to on every Sentinel, by their exact names (sentinel.c). A least-privilege
 * ACL user needs just these, and the commands that `poll.ts` and `identity.ts` send.
 */
export const eventChannels = [
  '+switch-master',
  '+elected-leader',
  '+selected-slave',
  '+promoted-slave',
  '-failover-abort-not-elected',
  '-failover-abort-no-good-slave',
  '-failover-abort-slave-timeout',
  '+failover-end',
  '+monitor',
  '-monitor',
  '+reset-master',
  '+slave',
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+sentinel',
  '+reboot',
  '+convert-to-slave',
  '+tilt',
  '-tilt',
] as const

export type EventChannel = (typeof eventChannels)[number]
