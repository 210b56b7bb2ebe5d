import { type BuildAddress, type CloudClient, CloudError, type Job } from '@harmont/cloud'
import type { MappedJob } from '../events/event-mapper.ts'
import { type BuildFacts, buildFacts } from '../events/step-facts.ts'

/** Converts a server's job to the shape from which events are made. */
export function mapServerJob(job: Job): MappedJob {
  const key = keyOf(job)
  return {
    id: job.id,
    key,
    name: job.name ?? key,
    command: job.command ?? null,
    dependsOn: job.depends_on,
    appendedBy: job.appended_by ?? null,
    afterAppended: job.after_appended ?? [],
    attempt: job.attempt ?? 1,
    state: job.state,
    waitReason: job.wait_reason ?? null,
    skipReason: job.skip_reason ?? null,
    scheduledAt: instantOf(job.scheduled_at),
    assignedAt: instantOf(job.assigned_at),
    startedAt: instantOf(job.started_at),
    finishedAt: instantOf(job.finished_at),
    exitCode: job.exit_code ?? null,
    errorCode: job.error_code ?? null,
    errorMessage: job.error_message ?? null,
    softFailed: job.soft_failed,
    cached: job.cached === true,
    cachedFrom: 'an earlier build',
    substitutedImage: job.substituted_image ?? null,
    snapshot: null,
    serviceSnapshots: {},
    services: (job.services ?? []).map(({ id: service_id, ...service }) => ({ service_id, ...service })),
    phases: (job.phases ?? []).map((phase) => ({ ...phase, started_at: Date.parse(phase.started_at) })),
  }
}

/** Returns the key of a job's step. The rendering job has none. */
export function keyOf({ step_key, name, id }: Pick<Job, 'step_key' | 'name' | 'id'>): string {
  return step_key ?? name ?? id
}

function instantOf(time: string | null | undefined): number | null {
  return time ? Date.parse(time) : null
}

/**
 * Fetches the facts of a build's steps from the server. A server without views provides only their
 * number.
 */
export async function factsOfBuild(
  client: CloudClient,
  address: BuildAddress,
  signal: AbortSignal,
): Promise<BuildFacts> {
  try {
    const { jobs } = await client.getBuildView(address, { signal })
    const keys = new Map(jobs.map((job) => [job.id, keyOf(job)]))
    return buildFacts(
      jobs.map((job) => {
        const parentKey = job.builds_in === null ? null : (keys.get(job.builds_in) ?? null)
        return { key: keyOf(job), parentKey, image: job.image, attempts: 1 }
      }),
    )
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isUnknownOperation) throw error
    const { data } = await client.listJobs(address, { signal })
    return { steps: data.length, roots: data.length, of: () => undefined }
  }
}
