import { type AttemptPart, attemptParts, isWait, type TimedAttempt } from './attempt-parts.ts'

export interface TimedBuild {
  /** When it was created. */
  readonly from: number
  /** When somebody approved it; null: it waited for no approval. */
  readonly approvedAt: number | null
  /** Whether it waited for a place in the group of its builds. */
  readonly hasGroup: boolean
  /** Every attempt of every step. */
  readonly attempts: readonly TimedAttempt[]
}

export interface PathPart extends AttemptPart {
  /** Null before the first attempt. */
  readonly attempt: TimedAttempt | null
}

/**
 * Returns the chain of parts that decided when the build ended, first to last and without gaps. It
 * is found backwards: from the attempt that ended last, always to the latest end that it waited
 * for.
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
 * Returns the latest end among everything that an attempt waited for; null: it waited for nothing.
 */
function causeOf(attempt: TimedAttempt, { steps, render, now }: Others): TimedAttempt | null {
  const { step, attempt: number, after, readyAt } = attempt
  const own = (steps.get(step) ?? []).filter((other) => other.attempt < number)
  const prerequisites = after.flatMap((other) => steps.get(other) ?? [])
  const first = after.length === 0 && render !== undefined && render !== attempt ? [render] : []
  const limit = readyAt ?? attempt.assignedAt ?? attempt.startedAt ?? now
  // A later attempt of a prerequisite is of a retry.
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

/** Returns when an attempt's files were kept. */
function endOf({ finishedAt, phases }: TimedAttempt, now: number): number {
  return finishedAt === null ? now : Math.max(finishedAt, ...phases.map(({ to }) => to))
}

/** The work of an attempt that another one followed was in vain. */
function partsOf(attempt: TimedAttempt, steps: Others['steps'], now: number): readonly PathPart[] {
  const isRepeated = (steps.get(attempt.step) ?? []).some((other) => other.attempt > attempt.attempt)
  const vain = attempt.hasPassed ? 'lost' : 'failed'
  return attemptParts(attempt, now).map((part) => ({
    ...part,
    attempt,
    kind: isRepeated && !isWait(part.kind) ? vain : part.kind,
  }))
}

/** Says what the time was spent on in which an attempt was not ready, and all that it waits for had ended. */
function gapBetween(
  { approvedAt, hasGroup }: TimedBuild,
  cause: TimedAttempt | null,
  attempt: TimedAttempt,
  { from, to }: { readonly from: number; readonly to: number },
): readonly PathPart[] {
  if (attempt.isLost) return [{ kind: 'lost', from, to, attempt }]
  // A person asked for another attempt.
  if (cause !== null) return [{ kind: cause.step === attempt.step ? 'idle' : 'other', from, to, attempt }]
  const approved = Math.min(Math.max(approvedAt ?? from, from), to)
  return [
    ...(approved > from ? [{ kind: 'approval' as const, from, to: approved, attempt: null }] : []),
    ...(to > approved
      ? [{ kind: hasGroup ? ('place' as const) : ('other' as const), from: approved, to, attempt: null }]
      : []),
  ]
}

/** Leaves out what lies outside, and takes the last part on to the end. */
function clip(parts: readonly PathPart[], from: number, to: number): readonly PathPart[] {
  return parts.flatMap((part) => {
    const [begin, end] = [Math.max(part.from, from), Math.min(part.to, to)]
    return begin < end ? [{ ...part, from: begin, to: end }] : []
  })
}
