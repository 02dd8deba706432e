/** A fault of the product that a seed has shown. */
export interface MendedFault {
  /** Of the schedules as they were made then; those that were kept stand in `kept-schedules.ts`. */
  readonly seed: number
  readonly what: string
  /** The subject of the commit that mends it. */
  readonly commit: string
}

export const mendedFaults: readonly MendedFault[] = [
  {
    seed: 6,
    what: 'A transaction whose WATCH got no answer in time was said to be of unknown outcome, although nothing that has an effect was sent.',
    commit: 'Say of a WATCH without a reply that it had no effect',
  },
  {
    seed: 100,
    what: 'A client that had followed a promotion by proof stayed at that node after Sentinel had given the failover up, and wrote to it until it was made a replica again.',
    commit: 'Return to the named master when a failover that was followed is given up',
  },
  {
    seed: 1140,
    what: 'A write that may be repeated was sent, lost, and refused until its deadline: it was said not to have been executed, although the first attempt had been.',
    commit:
      'Say of a write that was sent and lost once that its outcome is unknown, whatever follows',
  },
  {
    seed: 207,
    what: 'A client that had followed a promotion by proof stayed at that node after the leading Sentinel had died without a word: for up to 25 s, until it was made a replica again.',
    commit: 'Look at the named master again when a promotion that was followed is never announced',
  },
  {
    seed: 1071,
    what: 'A gate opened again to the old master although that one had said by ROLE that it is a replica.',
    commit: 'Do not open a gate to a master that said by ROLE that it is a replica',
  },
  {
    seed: 38,
    what: 'Two planned failovers within two seconds: the only replica that followed the master was taken for the chosen one, which was the master before, and proved replies that were lost.',
    commit: 'Let only the chosen replica prove the replies of a master that is being replaced',
  },
  {
    seed: 207,
    what: 'A Sentinel in tilt that had not ended an earlier failover was believed for 16 ms with the epoch of the present one: the gate opened, and what was withheld was taken for true.',
    commit: 'Do not end a failover because a Sentinel that is out of date is believed for a moment',
  },
  {
    seed: 79,
    what: 'The result of a transaction that had been executed before a failover was held to its end, with the reply to an UNWATCH that nobody needed.',
    commit: 'Resolve a transaction with the reply to its EXEC',
  },
  {
    seed: 61,
    what: 'A client 150 ms away, one way, lost its links to all Sentinels again and again: no answer came within 300 ms.',
    commit: 'Give a Sentinel the time of the way to it for each answer',
  },
  {
    seed: 301,
    what: 'The answer to ROLE that was asked in a failover and came after it had been given up was not looked at: the client wrote to a replica until it was refused.',
    commit: 'Leave a master that says it is a replica after its failover was given up',
  },
  {
    seed: 383,
    what: 'Two Sentinels were asked to replace the same master. One gave up, which ended the gate of the other: what the old master then acknowledged was lost.',
    commit: 'Go on with the failover of one leader when another one gives up',
  },
  {
    seed: 8,
    what: 'A master that had been left was chosen again before it had been made a replica: that it says `master` was taken for a promotion, and it was written to before Sentinel had announced it.',
    commit: 'Do not take for promoted a master that was left and has never been demoted',
  },
  {
    seed: 700_041,
    what: 'The event loop was held up, and a master was heard of before the ticker ran: writes whose deadline had passed were handed to its connection and ended with an unknown outcome, though nothing had left.',
    commit: 'Do not send what is overdue when the event loop was held up',
  },
  {
    seed: 810_014,
    what: 'A failover of the promoted node that began before its connection was proven met the gate of the failover before, and was forgotten: the node was written to, and what it acknowledged was lost.',
    commit: 'Hold writes to a promoted node that is about to be replaced in its turn',
  },
  {
    seed: 830_071,
    what: 'The event loop was held up when a planned failover began: replies of the old master were read before what the Sentinels had said earlier, and were taken for true.',
    commit: 'Read what the Sentinels said before replies that came in a pause are taken for true',
  },
  {
    seed: 840_010,
    what: 'The Sentinel that led a failover was out of reach when another one gave up an attempt of its own: the gate opened, and what was withheld was taken for true.',
    commit:
      'Hold writes until the leader of a failover gives it up; take a chosen replica for that of its own failover',
  },
  {
    seed: 850_079,
    what: 'A promoted node could not be reached until it was to be replaced itself: the client turned to the replica that was chosen for that, and did not come back to the promoted node when this came to nothing. The word of that replica would have proved what the first master replied.',
    commit:
      'Hold writes until the leader of a failover gives it up; take a chosen replica for that of its own failover',
  },
  {
    seed: 54,
    what: 'A lane for durable writes that was opened after a failover did not know the master that had been left: when that one was chosen again before its demotion, it was written to before it was announced.',
    commit: 'Let lanes that are opened later know the masters that were left',
  },
  {
    seed: 124,
    what: 'A promoted node was silent when the time of its proof was over, and answered again after another failover that the client had not heard: it was written to until it was made a replica.',
    commit: 'Leave a node whose proof lapsed while it was silent, unless Sentinel announces it',
  },
  {
    seed: 263,
    what: 'The node of a silent link answered on another connection at the moment when that link was lost: the shard stayed down for ever.',
    commit:
      'Dial a shard that is down when its silent link is lost, or dies, after its node had answered on another one',
  },
  {
    seed: 321,
    what: 'A node was found to be a replica, and promoted again by a lone Sentinel at an epoch that those which were away had told of it before: it served, but for the topology it stayed rejected.',
    commit: 'Believe a node again that was found to be a replica, when it serves as a master',
  },
  {
    seed: 641,
    what: 'Operators forced a failover on each side of a split, both at the same epoch: the one that a lone Sentinel had led was believed for 10 s, and the next failover of the node that served was not heeded. What that node acknowledged was lost.',
    commit: 'Believe the failover that most Sentinels followed, of two at one epoch',
  },
  {
    seed: 677,
    what: 'Two Sentinels led a failover of one master at the same time. The replica of the one that began last proved what the old master replied, and the other one won: those writes were lost.',
    commit: 'Take replies for proven by the replicas of all Sentinels that lead',
  },
  {
    seed: 1102,
    what: 'The Sentinel that led a failover died after the promotion. A lane for durable writes that was opened then knew nothing of it, and wrote to the old master while its shard held writes.',
    commit: 'Tell a lane what its shard has proved, and which failovers it waits for',
  },
]
