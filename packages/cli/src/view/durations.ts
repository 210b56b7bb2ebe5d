import { isOver, type Run, type Step } from './run-model.ts'

/** Facts from earlier runs. */
export interface Earlier {
  /** Milliseconds by step key. */
  readonly durations: ReadonlyMap<string, number>
  /** Number of concurrent steps, if known. */
  readonly parallelism: number | undefined
}

/**
 * Estimates the remaining milliseconds: the longest chain, or all work divided by the parallelism,
 * whichever is longer. An unknown step counts as the mean of the known ones. Returns null if none
 * is known.
 */
export function timeLeft(
  run: Run,
  { durations, parallelism = Number.POSITIVE_INFINITY }: Earlier,
  now: number,
): number | null {
  const known = run.steps.flatMap(({ key }) => durations.get(key) ?? [])
  if (known.length === 0) return null
  const mean = known.reduce((sum, ms) => sum + ms, 0) / known.length
  const ends = new Map<Step, number>()
  let longest = 0
  let work = 0
  for (const step of topological(run)) {
    const own = isOver(step) ? 0 : Math.max(0, (durations.get(step.key) ?? mean) - elapsed(step, now))
    const start = prerequisites(step, run).reduce((latest, other) => Math.max(latest, ends.get(other) ?? 0), 0)
    ends.set(step, start + own)
    longest = Math.max(longest, start + own)
    work += own
  }
  return Math.max(longest, work / parallelism)
}

/** Returns the milliseconds that the cache saved, counting steps with a known duration. */
export function timeSaved({ steps }: Run, { durations }: Earlier): number {
  return steps.reduce((sum, { key, cached }) => sum + (cached ? (durations.get(key) ?? 0) : 0), 0)
}

function elapsed({ state, startedAt }: Step, now: number): number {
  return state === 'running' && startedAt !== null ? now - startedAt : 0
}

/** Returns the keys of a step's prerequisites and of its generator. */
export function prerequisitesOf(step: Step, run: Run): readonly string[] {
  const { parentKey, dependsOn, appendedBy, afterAppended } = step
  const named = [parentKey, appendedBy].filter((key) => key !== null)
  const appended = afterAppended.length === 0 ? [] : appendedBelow(afterAppended, run)
  return [...new Set([...named, ...dependsOn, ...appended])]
}

/**
 * Returns the steps that these appended, directly or indirectly; each is queued after its
 * generator.
 */
function appendedBelow(keys: readonly string[], { steps }: Run): readonly string[] {
  const generators = new Set(keys)
  return steps.flatMap(({ key, appendedBy }) => {
    if (appendedBy === null || !generators.has(appendedBy)) return []
    generators.add(key)
    return key
  })
}

function prerequisites(step: Step, run: Run): Step[] {
  return prerequisitesOf(step, run).flatMap((key) => run.byKey.get(key) ?? [])
}

/**
 * Lists all steps, each after its prerequisites. Omits steps in a cycle, which no valid plan
 * contains.
 */
function topological(run: Run): Step[] {
  const missing = new Map<Step, number>()
  const dependents = new Map<Step, Step[]>()
  for (const step of run.steps) {
    const before = prerequisites(step, run)
    missing.set(step, before.length)
    for (const other of before) {
      const known = dependents.get(other)
      if (known === undefined) dependents.set(other, [step])
      else known.push(step)
    }
  }
  const order = run.steps.filter((step) => missing.get(step) === 0)
  for (let at = 0; at < order.length; at += 1) {
    const step = order[at]
    for (const dependent of (step && dependents.get(step)) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1
      missing.set(dependent, left)
      if (left === 0) order.push(dependent)
    }
  }
  return order
}
