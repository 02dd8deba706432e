/** What is done to a shard of one master and two replicas, in reality and in the model. */
export interface Course {
  readonly title: string
  readonly replicas: number
  /** What strikes the master. */
  readonly fault: 'planned' | 'kill' | 'freeze' | 'coordinated'
  /** Virtual ms that it takes, at most, until its end has come. */
  readonly lasts: number
}

export const courses: readonly Course[] = [
  { title: 'a planned failover', replicas: 2, fault: 'planned', lasts: 45_000 },
  { title: 'a killed master', replicas: 1, fault: 'kill', lasts: 45_000 },
  { title: 'a killed master of two replicas', replicas: 2, fault: 'kill', lasts: 45_000 },
  { title: 'a frozen master that comes back', replicas: 1, fault: 'freeze', lasts: 45_000 },
]

/** ms for which a frozen or killed master is away, another time in each world. */
export function absence(seed: number): number {
  return downAfter + 500 + ((seed * 97) % 6500)
}

/** ms; below 2000 fleets let their Sentinels ping in another rhythm. */
export const downAfter = 2000
