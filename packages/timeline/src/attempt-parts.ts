/** Milliseconds on one scale, such as since the creation of a build. */
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
  /** Shared by the attempts of a step. */
  readonly step: string
  readonly attempt: number
  /** The steps that it waits for. */
  readonly after: readonly string[]
  /** Whether it renders the pipeline, so that every other step waits for it. */
  readonly isRender?: boolean
  readonly hasPassed: boolean
  /** Whether it has lost a lease. Its instants are those of the newest one. */
  readonly isLost: boolean
  /** Whether at most so many of a concurrency group run at a time. */
  readonly isInGroup: boolean
  /** When nothing but a runner, a limit or a delay was missing; null before. */
  readonly readyAt: number | null
  /** How long a retry waits on purpose. */
  readonly delayMs: number
  readonly assignedAt: number | null
  readonly startedAt: number | null
  /** When its command ended; null while it goes on. */
  readonly finishedAt: number | null
  /** The phases of the newest lease. */
  readonly phases: readonly TimedPhase[]
}

/** Time is spent on these. `timeline.md` 1 has a table. */
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

/** Whether nobody works in a part. */
export function isWait(kind: PartKind): boolean {
  return waits.has(kind)
}

/** In the order of their beginnings. The source is got beside the making of the sandbox. */
const before = ['fetch', 'source', 'sandbox'] as const
const after = ['artifacts', 'snapshot'] as const

/**
 * Divides an attempt's time into parts without gaps, from when it was ready to when its files were
 * kept. `now` ends one that goes on.
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
  // An attempt with only its run known did not wait.
  const leased = Math.min(assignedAt ?? startedAt ?? end, end)
  until('delay', Math.min(begin + delayMs, leased))
  until(isInGroup ? 'group' : 'queue', leased)
  // The start of an earlier lease does not count.
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
