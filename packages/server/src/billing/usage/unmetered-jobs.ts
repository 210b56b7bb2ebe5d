import type { Job, Step } from '@harmont/engine'

/** An attempt that is to be charged, as `unmetered_jobs` has it. */
export interface UnmeteredRecord {
  readonly job_id: string
  readonly step_key: string
  readonly job_name: string
  readonly started_at: Date
  readonly finished_at: Date
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
}

/** Of the attempts that ended those that used a machine: rendering, waiting and cache hits cost nothing (`http.md` 10.1). */
export function unmeteredJobs(endedJobs: readonly Job[], steps: readonly Step[]): readonly UnmeteredRecord[] {
  return endedJobs.flatMap(({ id, step: index, startedAt, finishedAt, cached }) => {
    const step = index === null ? undefined : steps[index]
    if (step === undefined || startedAt === null || finishedAt === null || cached) return []
    const { cpu, memoryGb, diskGb } = step.resources
    return [
      {
        job_id: id,
        step_key: step.key,
        job_name: step.name,
        started_at: new Date(startedAt),
        finished_at: new Date(finishedAt),
        cpu_count: cpu,
        memory_gb: memoryGb,
        disk_gb: diskGb,
      },
    ]
  })
}
