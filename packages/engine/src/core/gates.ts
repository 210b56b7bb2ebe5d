/**
 * Limits the number of jobs that hold a lease at once in a step's group, a pipeline or a queue.
 * Each limit is a gate with a key. Gates span builds, so the stores keep the counts, and this file
 * derives the decisions from them.
 */
import type { Wait } from '../wait.ts'
import type { BuildHeader } from './live-build.ts'
import type { Step } from './model.ts'

export interface Group {
  readonly key: string
  /** Name as written in the pipeline. */
  readonly name: string
  readonly limit: number
}

/** State of a gate. */
export interface Gate {
  readonly room: number
  /** Jobs of the build whose turn it is, in order; null if waiters have no order. */
  readonly turn: readonly string[] | null
  /** Number of jobs of all builds that fit; 0 if waiters have no order. */
  readonly fitting: number
}

export interface Wish {
  readonly job: string
  /** Keys of the gates that the job must pass. */
  readonly gates: ReadonlySet<string>
}

export interface Admission {
  /**
   * The job granted for each wish: the wished job, or one of its group with an earlier turn; null
   * for none.
   */
  readonly granted: readonly (string | null)[]
  /** Wished jobs that cannot go, with the gate at which each waits. */
  readonly refused: ReadonlyMap<string, string>
  /** Gates that refused a job and have no more room. */
  readonly full: ReadonlySet<string>
  /** Gates at which more jobs fit than were granted. */
  readonly left: ReadonlySet<string>
}

/** Returns the group of a step of this build; null if it has none. */
export function groupOf(
  { queue, pipeline }: Pick<BuildHeader, 'queue' | 'pipeline'>,
  { concurrency }: Pick<Step, 'concurrency'>,
): Group | null {
  if (concurrency === undefined) return null
  const { group: name, limit, scope } = concurrency
  return { key: JSON.stringify(['group', queue, scope === 'pipeline' ? pipeline : null, name]), name, limit }
}

/** Returns the key of a limit's gate. */
export function limitKey(kind: 'queue' | 'pipeline', id: string): string {
  return JSON.stringify([kind, id])
}

/** Returns the reason why a job waits at this gate. */
export function reasonOfGate(key: string): Wait['reason'] {
  const [kind] = JSON.parse(key) as readonly unknown[]
  return kind === 'queue' ? 'organization_limit' : kind === 'pipeline' ? 'pipeline_limit' : 'concurrency_group'
}

/**
 * Admits as many wishes as all of their gates have room for. A key without a gate limits nothing.
 */
export function admit(wishes: readonly Wish[], gates: ReadonlyMap<string, Gate>): Admission {
  const rooms = new Map([...gates].map(([key, { room }]) => [key, room]))
  const gone = new Set<string>()
  const isFull = (key: string) => rooms.get(key) === 0
  /** Returns undefined when no job of the wish's group may go. */
  const nextFor = ({ job, gates: keys }: Wish): string | undefined => {
    const turn = [...keys].map((key) => gates.get(key)?.turn).find((each) => each)
    return (turn ?? [job]).find((each) => !gone.has(each))
  }
  const granted = wishes.map((wish) => {
    const job = [...wish.gates].some(isFull) ? undefined : nextFor(wish)
    if (job === undefined) return null
    gone.add(job)
    for (const key of wish.gates) rooms.set(key, (rooms.get(key) ?? Number.POSITIVE_INFINITY) - 1)
    return job
  })
  const refused = new Map<string, string>()
  for (const wish of wishes) {
    const [first] = wish.gates
    if (gone.has(wish.job) || first === undefined) continue
    const stop = [...wish.gates].find(isFull) ?? (nextFor(wish) === undefined ? first : undefined)
    if (stop !== undefined) refused.set(wish.job, stop)
  }
  const left = [...gates].filter(([key, { room, fitting }]) => fitting > room - (rooms.get(key) ?? room))
  const full = new Set([...refused.values()].filter(isFull))
  return { granted, refused, full, left: new Set(left.map(([key]) => key)) }
}
