import { type AttemptPart, attemptParts, isWait, type TimedAttempt } from './attempt-parts.ts'

export interface TimedBuild {
  /** Instant of the build's creation. */
  readonly from: number
  /** Instant of the approval; null if the build waited for none. */
  readonly approvedAt: number | null
  /** Whether the build waited for a place in the group of its builds. */
  readonly hasGroup: boolean
  /** Every attempt of every step. */
  readonly attempts: readonly TimedAttempt[]
}

export interface PathPart extends AttemptPart {
  /** Null before the first attempt. */
  readonly attempt: TimedAttempt | null
}

/**
 * Returns the chain of parts that determined when the build ended, first to last and without gaps.
 * Finds it backwards: from the attempt that ended last, always to the latest end for which it
 * waited.
 */
export function criticalPath(build: TimedBuild, now: number): readonly PathPart[] {
  const steps = Map.groupBy(build.attempts, ({ step }) => step)
  const render = build.attempts.find(({ isRender }) => isRender)
  /** Last to first. */
  const path: PathPart[][] = []
  let until = Number.POSITIVE_INFINITY
  const seen = new Set<TimedAttempt>()
  let attempt = latest(build.attempts, now)
  while (attempt !== null && !seen.has(attempt)) {
    seen.add(attempt)
    const cause = causeOf(attempt, { steps, render, now })
    const parts = partsOf(attempt, steps, now)
    const readyAt = parts[0]?.from ?? build.from
    const from = cause === null ? build.from : Math.min(endOf(cause, now), attempt.assignedAt ?? readyAt)
    const gap = from < readyAt ? gapBetween(build, cause, attempt, { from, to: readyAt }) : []
    const own = [...gap, ...clip(parts, from, until)]
    path.push(own)
    until = own[0]?.from ?? until
    attempt = cause
  }
  return path.reverse().flat()
}

interface Others {
  readonly steps: ReadonlyMap<string, readonly TimedAttempt[]>
  readonly render: TimedAttempt | undefined
  readonly now: number
}

/**
 * Returns the attempt with the latest end for which an attempt waited; null if it waited for none.
 */
function causeOf(attempt: TimedAttempt, { steps, render, now }: Others): TimedAttempt | null {
  const { step, attempt: number, after, readyAt } = attempt
  const own = (steps.get(step) ?? []).filter((other) => other.attempt < number)
  const prerequisites = after.flatMap((other) => steps.get(other) ?? [])
  const first = after.length === 0 && render !== undefined && render !== attempt ? [render] : []
  const limit = readyAt ?? attempt.assignedAt ?? attempt.startedAt ?? now
  // A later attempt of a prerequisite belongs to a retry.
  const ended = [...own, ...prerequisites, ...first].filter(({ finishedAt }) => (finishedAt ?? now) <= limit)
  return latest(ended, now)
}

function latest(attempts: readonly TimedAttempt[], now: number): TimedAttempt | null {
  const worked = attempts.filter((attempt) => attempt.assignedAt !== null || attempt.startedAt !== null)
  return worked.reduce<TimedAttempt | null>(
    (last, attempt) => (last === null || endOf(attempt, now) > endOf(last, now) ? attempt : last),
    null,
  )
}

/** Returns the instant at which an attempt's files were kept. */
function endOf({ finishedAt, phases }: TimedAttempt, now: number): number {
  return finishedAt === null ? now : Math.max(finishedAt, ...phases.map(({ to }) => to))
}

/**
 * Returns the parts of an attempt, whose work counts as failed or lost if another attempt followed.
 */
function partsOf(attempt: TimedAttempt, steps: Others['steps'], now: number): readonly PathPart[] {
  const isRepeated = (steps.get(attempt.step) ?? []).some((other) => other.attempt > attempt.attempt)
  const vain = attempt.hasPassed ? 'lost' : 'failed'
  return attemptParts(attempt, now).map((part) => ({
    ...part,
    attempt,
    kind: isRepeated && !isWait(part.kind) ? vain : part.kind,
  }))
}

/**
 * Returns the parts of the time in which an attempt was not ready although all its prerequisites
 * had ended.
 */
function gapBetween(
  { approvedAt, hasGroup }: TimedBuild,
  cause: TimedAttempt | null,
  attempt: TimedAttempt,
  { from, to }: { readonly from: number; readonly to: number },
): readonly PathPart[] {
  if (attempt.isLost) return [{ kind: 'lost', from, to, attempt }]
  // A person requested another attempt.
  if (cause !== null) return [{ kind: cause.step === attempt.step ? 'idle' : 'other', from, to, attempt }]
  const approved = Math.min(Math.max(approvedAt ?? from, from), to)
  return [
    ...(approved > from ? [{ kind: 'approval' as const, from, to: approved, attempt: null }] : []),
    ...(to > approved
      ? [{ kind: hasGroup ? ('place' as const) : ('other' as const), from: approved, to, attempt: null }]
      : []),
  ]
}

/** Cuts the parts to the interval. */
function clip(parts: readonly PathPart[], from: number, to: number): readonly PathPart[] {
  return parts.flatMap((part) => {
    const [begin, end] = [Math.max(part.from, from), Math.min(part.to, to)]
    return begin < end ? [{ ...part, from: begin, to: end }] : []
  })
}
