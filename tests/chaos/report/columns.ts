/** A figure as the tables show it. */
export interface ColumnHead {
  readonly figure: string
  readonly head: string
  readonly meaning: string
}

/** In the words of the fault matrix. Times in ms. */
export const columns: readonly ColumnHead[] = [
  {
    figure: 'firstAck',
    head: 'T0',
    meaning:
      'from the fault to the surviving acknowledgement that ended the longest silence; to the next one where nobody noticed',
  },
  {
    figure: 'afterSwitch',
    head: 'Ts',
    meaning:
      'the same from the first `+switch-master` that any Sentinel published; negative: earlier',
  },
  {
    figure: 'gap',
    head: 'gap',
    meaning: 'the longest time without an acknowledgement that survived',
  },
  {
    figure: 'lost',
    head: 'L',
    meaning:
      'acknowledged writes lost. Where a master dies or is cut off, replication excuses those from before; any other is a violation',
  },
  { figure: 'duplicates', head: 'D', meaning: 'writes executed twice' },
  {
    figure: 'late',
    head: 'P',
    meaning: 'promises settled more than 50 ms after their deadline, or never',
  },
  { figure: 'wrong', head: 'W', meaning: 'replies given to another command' },
  { figure: 'leaked', head: 'K', meaning: 'sockets and timers open after `close()`' },
  {
    figure: 'queuedCommands',
    head: 'Q',
    meaning: 'most commands that waited in the queues at once',
  },
]
