import type { ForkWork, LeasedJob, StepWork } from '../port.ts'
import type { ForkRun, Proof } from '../probes/proof.ts'
import type { ForkLease, Store } from '../store.ts'
import { leasedJob } from './leased-job.ts'
import { loginOfBuild, type SecretsOwner, secretsOfBuild } from './secrets-of-build.ts'

export interface ForkRequest extends Omit<ForkLease, 'proof'> {
  readonly run: ForkRun
  readonly proof: Pick<Proof, 'rerun' | 'open'>
}

/** Returns the inputs of a runner for one run of a proof. Throws if the build has no such step. */
export async function forkWork(
  { store, secrets }: { readonly store: Pick<Store, 'builds' | 'splits'>; readonly secrets: SecretsOwner },
  { buildId, jobId, fork, run, proof, expiresAt, leftMs }: ForkRequest,
): Promise<ForkWork> {
  const loaded = await store.builds.load(buildId)
  const job = loaded && (await store.builds.job(buildId, jobId))
  if (loaded === undefined || job === undefined) throw new Error(`there is no job ${jobId} in build ${buildId}`)
  const { build } = loaded
  // A run of a proof is not part of the build's trace.
  const { trace: _, ...context } = loaded.context
  const lease = {
    jobId: fork,
    buildId,
    runner: '',
    fence: 1,
    leaseId: null,
    expiresAt,
    started: true,
    stop: null,
    deadlineAt: null,
  }
  const leased = leasedJob({ ...lease, lastSeq: 0, spoolPosition: '0' }, build, context, 0, job)
  const { work } = leased
  if (work.kind !== 'step') throw new Error(`job ${jobId} does not run a step`)
  return {
    job: { ...leased, ...runOf(leased, work, run, proof, leftMs) },
    fetchSecrets: (names) => secretsOfBuild(secrets, context, buildId, names),
    registryLogin: (registry) => loginOfBuild(secrets, build, context, registry),
    dealFiles: ({ files: pattern, total }, files) => store.splits.deal(buildId, { files: pattern, total }, files),
  }
}

/** Returns the work of a run: nothing is kept or cached, but the reports are read. */
function runOf(
  { injectedEnv }: LeasedJob,
  work: StepWork,
  run: ForkRun,
  { rerun, open }: ForkRequest['proof'],
  leftMs: number,
): Pick<LeasedJob, 'injectedEnv'> & { readonly work: StepWork } {
  const { cacheRemark: _, ...step } = work.step
  const quiet: StepWork = {
    ...work,
    step: {
      ...step,
      cacheKey: null,
      artifacts: (step.artifacts ?? []).filter(({ kind }) => kind === 'junit'),
      timeoutSeconds: Math.min(step.timeoutSeconds, Math.ceil(leftMs / 1000)),
    },
    childrenBuildIn: false,
    isInput: false,
    keptServices: [],
  }
  const test = run.kind === 'alone' ? open.find(({ key }) => key === run.key) : undefined
  if (test === undefined || rerun === null) return { injectedEnv, work: quiet }
  const named = { HARMONT_TEST_FILE: test.file ?? '', HARMONT_TEST_NAME: test.name }
  return { injectedEnv: { ...injectedEnv, ...named }, work: { ...quiet, step: { ...quiet.step, command: rerun } } }
}
