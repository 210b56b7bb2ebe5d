/**
 * An interval in milliseconds on a common scale, such as the time since the creation of a build.
 */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A part of an attempt's work, as its runner reported it (`timeline.md` 1). */
interface TimedPhase extends Span {
  readonly name: string
}

/** An attempt of a step: a job. */
export interface TimedAttempt {
  readonly id: string
  /** Key of the step, common to all its attempts. */
  readonly step: string
  readonly attempt: number
  /** Keys of the step's prerequisites. */
  readonly after: readonly string[]
  /** Whether the attempt renders the pipeline, so that every other step waits for it. */
  readonly isRender?: boolean
  readonly hasPassed: boolean
  /** Whether the attempt has lost a lease. Its instants are then those of the newest lease. */
  readonly isLost: boolean
  /** Whether the step has a concurrency group. */
  readonly isInGroup: boolean
  /** Instant at which only a runner, a limit or a delay was missing; null before. */
  readonly readyAt: number | null
  /** Intended delay of a retry, in milliseconds. */
  readonly delayMs: number
  readonly assignedAt: number | null
  readonly startedAt: number | null
  /** End of the command; null while it runs. */
  readonly finishedAt: number | null
  /** The phases of the newest lease. */
  readonly phases: readonly TimedPhase[]
}

/** Kinds of parts by what the time was spent on. `timeline.md` 1 has a table of them. */
export type PartKind =
  | 'approval'
  | 'place'
  | 'delay'
  | 'group'
  | 'queue'
  | 'lost'
  | 'start'
  | 'fetch'
  | 'source'
  | 'sandbox'
  | 'render'
  | 'command'
  | 'artifacts'
  | 'snapshot'
  | 'failed'
  | 'idle'
  | 'other'

export interface AttemptPart extends Span {
  readonly kind: PartKind
}

const waits: ReadonlySet<PartKind> = new Set(['approval', 'place', 'delay', 'group', 'queue', 'idle', 'other'])

/** Returns whether a part of this kind is a wait, in which no work is done. */
export function isWait(kind: PartKind): boolean {
  return waits.has(kind)
}

/**
 * Phases before the command, in the order in which they begin. The source is fetched while the
 * sandbox is being made.
 */
const before = ['fetch', 'source', 'sandbox'] as const
const after = ['artifacts', 'snapshot'] as const

/**
 * Divides an attempt's time into parts without gaps, from the instant at which it was ready until
 * its files were kept. A running attempt ends at `now`.
 */
export function attemptParts(attempt: TimedAttempt, now: number): readonly AttemptPart[] {
  const { readyAt, delayMs, assignedAt, startedAt, finishedAt, isInGroup, isRender } = attempt
  const begin = readyAt ?? assignedAt ?? startedAt
  if (begin === null) return []
  const parts: AttemptPart[] = []
  let at = begin
  const until = (kind: PartKind, to: number) => {
    if (to <= at) return
    parts.push({ kind, from: at, to })
    at = to
  }
  const phase = (name: string) => attempt.phases.find((one) => one.name === name)
  const end = Math.max(begin, finishedAt ?? now)
  // An attempt of which only the run is known did not wait.
  const leased = Math.min(assignedAt ?? startedAt ?? end, end)
  until('delay', Math.min(begin + delayMs, leased))
  until(isInGroup ? 'group' : 'queue', leased)
  // A start under an earlier lease does not count.
  const ready = startedAt === null ? end : Math.min(Math.max(startedAt, leased), end)
  for (const name of before) {
    const { from, to } = phase(name) ?? { from: at, to: at }
    until('start', Math.min(from, ready))
    until(name, Math.min(to, ready))
  }
  until('start', ready)
  until(isRender === true ? 'render' : 'command', end)
  if (finishedAt !== null) for (const name of after) until(name, phase(name)?.to ?? at)
  return parts
}
