import { underCeiling } from '../core/egress-ceiling.ts'
import { type ShellRequest, ShellUnavailable, type ShellWork } from '../runner/shells/open-shell.ts'
import { ownVariables } from './leased-job.ts'
import type { LocalPortOptions } from './local-port.ts'
import { loginOfBuild, secretsOfBuild } from './secrets-of-build.ts'

/**
 * Returns the inputs of a runner for this shell. Throws `ShellUnavailable` for an unknown job, and
 * for one without kept files.
 */
export async function shellWork(
  { store, secrets }: Pick<LocalPortOptions, 'store' | 'secrets'>,
  { buildId, jobId, before }: Pick<ShellRequest, 'buildId' | 'jobId' | 'before'>,
): Promise<ShellWork> {
  const loaded = await store.builds.load(buildId)
  const job = loaded && (await store.builds.job(buildId, jobId))
  const step = loaded?.build.steps[job?.step ?? -1]
  if (loaded === undefined || job === undefined || step === undefined)
    throw new ShellUnavailable('job_not_found', 'Step not found in this build.')
  const { build, context } = loaded
  const holder = before ? build.jobs[step.buildsIn ?? -1] : job
  const snapshot = holder?.snapshot ?? null
  const isImage = before && step.buildsIn === null
  if (snapshot === null && !isImage) throw new ShellUnavailable('snapshot_gone', missing(before))
  return {
    buildId,
    queue: build.queue,
    step: underCeiling(step, context.egressCeiling ?? null),
    snapshot,
    holder: snapshot === null ? null : (holder?.runner ?? null),
    withSource: before,
    buildEnv: context.env,
    injectedEnv: { ...context.injectedEnv, ...ownVariables(job, step) },
    secrets: (names) => secretsOfBuild(secrets, context, buildId, names, true),
    findLogin: (registry) => loginOfBuild(secrets, build, context, registry),
  }
}

function missing(before: boolean): string {
  return before
    ? 'The step that this one builds in kept no file system.'
    : 'The file system of this step was not kept. It is kept for failed steps and for steps that others build in.'
}
