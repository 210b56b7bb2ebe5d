import type { JobView } from './job-state.ts'

type Step = Pick<JobView, 'id' | 'attempts' | 'builds_in' | 'depends_on' | 'appended_by' | 'after_appended'>

/** Maps the steps of a build to their generators. Steps are named by their newest jobs. */
export interface Appended {
  /** Returns the step of an attempt; undefined if this build has none. */
  stepOf(jobId: string | null | undefined): string | undefined
  /** Returns the step that appended this one; undefined for a step of the pipeline itself. */
  generatorOf(step: Step): string | undefined
  isAppended(stepId: string): boolean
  /** Returns the step above this one: its parent, or its generator. */
  above(step: Step): string | undefined
  /** Returns the steps that these generators appended, directly and indirectly. */
  below(generators: readonly string[]): Below
}

interface Below {
  /** The generators and all steps below them. */
  readonly all: ReadonlySet<string>
  /** The steps that no other step waits for. */
  readonly last: readonly string[]
}

/** Reads the appended steps and their generators from the jobs of a build. */
export function appendedIn(jobs: readonly Step[]): Appended {
  // `appended_by` may name an earlier attempt.
  const steps = new Map<string, string>()
  for (const { id, attempts } of jobs) {
    for (const attempt of attempts ?? []) steps.set(attempt.job_id, id)
    steps.set(id, id)
  }
  const stepOf = (jobId: string | null | undefined) => steps.get(jobId ?? '')
  const generators = new Map(jobs.map(({ id, appended_by }) => [id, stepOf(appended_by)]))
  const generatorOf = ({ id }: Step) => generators.get(id)
  const isAppended = (stepId: string) => generators.get(stepId) !== undefined
  return {
    stepOf,
    generatorOf,
    isAppended,
    above: (step) => {
      const parent = stepOf(step.builds_in)
      return parent !== undefined && isAppended(parent) ? parent : (generatorOf(step) ?? parent)
    },
    below: (wanted) => {
      if (wanted.length === 0) return { all: new Set(), last: [] }
      const all = new Set(wanted.flatMap((id) => stepOf(id) ?? []))
      // A generator precedes its appended steps, so one round also finds indirectly appended steps.
      for (const { id } of jobs) if (all.has(generators.get(id) ?? '')) all.add(id)
      const awaited = new Set(
        jobs.flatMap((job) => {
          const { id, depends_on, builds_in } = job
          return all.has(id) ? [...(depends_on ?? []), builds_in, generators.get(id)] : []
        }),
      )
      return { all, last: [...all].filter((id) => !awaited.has(id)) }
    },
  }
}

/** Returns the steps in the order of the pipeline, each followed by its appended steps. */
export function underGenerators<Job extends Step>(jobs: readonly Job[]): readonly Job[] {
  const { generatorOf } = appendedIn(jobs)
  const appended = Map.groupBy(jobs, generatorOf)
  const own = appended.get(undefined) ?? []
  if (own.length === jobs.length) return jobs
  const ordered: Job[] = []
  const stack = own.toReversed()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    ordered.push(next)
    for (const job of (appended.get(next.id) ?? []).toReversed()) stack.push(job)
  }
  return ordered
}
