/**
 * What bounds how many jobs hold a lease at once: the group of a step, the limit of a pipeline and that of a queue, each a gate with its key. They span
 * builds, so the stores keep the numbers; here is what follows from them.
 */
import type { Wait } from '../wait.ts'
import type { BuildHeader } from './live-build.ts'
import type { Step } from './model.ts'

export interface Group {
  readonly key: string
  /** As the pipeline spells it. */
  readonly name: string
  readonly limit: number
}

/** What a gate lets through now. */
export interface Gate {
  readonly room: number
  /** Those of the build whose turn it is, in their order; null where waiters have no order. */
  readonly turn: readonly string[] | null
  /** How many fit, of all builds; 0 where waiters have no order. */
  readonly fitting: number
}

export interface Wish {
  readonly job: string
  /** Keys of the gates on its way. */
  readonly gates: ReadonlySet<string>
}

export interface Admission {
  /** For each wish the job that goes: it, or one of its group that comes before it; null for none. */
  readonly granted: readonly (string | null)[]
  /** Jobs that were wished for and cannot go, and the gate that each waits at. */
  readonly refused: ReadonlyMap<string, string>
  /** Gates that refused somebody and have no room left. */
  readonly full: ReadonlySet<string>
  /** Gates where more fit than went. */
  readonly left: ReadonlySet<string>
}

/** The group of a step of this build, null without one. */
export function groupOf(
  { queue, pipeline }: Pick<BuildHeader, 'queue' | 'pipeline'>,
  { concurrency }: Pick<Step, 'concurrency'>,
): Group | null {
  if (concurrency === undefined) return null
  const { group: name, limit, scope } = concurrency
  return { key: JSON.stringify(['group', queue, scope === 'pipeline' ? pipeline : null, name]), name, limit }
}

/** Key of the gate that a limit makes. */
export function limitKey(kind: 'queue' | 'pipeline', id: string): string {
  return JSON.stringify([kind, id])
}

/** What a job waits for that waits at this gate. */
export function reasonOfGate(key: string): Wait['reason'] {
  const [kind] = JSON.parse(key) as readonly unknown[]
  return kind === 'queue' ? 'organization_limit' : kind === 'pipeline' ? 'pipeline_limit' : 'concurrency_group'
}

/** Lets through as many as are wished for and every gate on their way has room for. A key without a gate bounds nothing. */
export function admit(wishes: readonly Wish[], gates: ReadonlyMap<string, Gate>): Admission {
  const rooms = new Map([...gates].map(([key, { room }]) => [key, room]))
  const gone = new Set<string>()
  const isFull = (key: string) => rooms.get(key) === 0
  /** Undefined: nobody of the wish's group may go now. */
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
