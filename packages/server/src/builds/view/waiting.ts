import { isTerminal, type Job, type RunnerWait, type Step, type Wait } from '@harmont/engine'
import { formatInstant } from '../../platform/input/instant.ts'
import { holderKey } from './holders.ts'
import type { JobView, ViewOfBuild } from './view-of-build.ts'

type Waiting = JobView['waiting']
type Ref = NonNullable<Waiting>['refs'][number]

/** The maximum number of prerequisites that a sentence names. */
const named = 5

/**
 * Returns the reason why a job has not started, as a sentence, and the objects for which it waits;
 * null for a job that has started or never will. `step` is null for the rendering.
 */
export function waitingOf(view: ViewOfBuild, job: Job, step: Step | null, prerequisites: readonly Job[]): Waiting {
  const { build } = view
  if (job.state === 'assigned') return preparing(view, job, step)
  if (job.state !== 'pending' && job.state !== 'scheduled') return null
  if (build.held) {
    const refs = [ref('approval', 'approval')]
    return { message: 'Waiting for a member to approve this build.', ...since(job.createdAt), refs }
  }
  if (build.awaitsPlace) return placeOf(view, job)
  if (job.state === 'pending') {
    const open = prerequisites.filter(({ state }) => !isTerminal(state))
    const message = `Waiting for ${listed(open.map((each) => `\`${nameOf(view, each)}\``))}.`
    // Lists only the first: a generator may have appended thousands, which the sentence counts.
    const shown = step?.afterAppended === undefined ? open : open.slice(0, named)
    return { message, ...since(job.createdAt), refs: shown.map((each) => ref('step', nameOf(view, each), each.id)) }
  }
  return readyJob(view, job, step)
}

/** Describes a leased job whose command has not started. */
function preparing(view: ViewOfBuild, job: Job, step: Step | null): Waiting {
  const at = since(job.assignedAt ?? job.scheduledAt ?? job.createdAt)
  const services = job.services.filter(({ state }) => state === 'starting').map(({ name }) => name)
  if (services.length === 0)
    return { message: `Preparing ${preparations(view, step)}.`, ...at, refs: parentRef(view, step) }
  const what = services.length === 1 ? 'the service' : 'the services'
  const message = `Waiting for ${what} ${listed(services.map((name) => `\`${name}\``))}.`
  return { message, ...at, refs: services.map((name) => ref('service', name)) }
}

/** Describes a build that waits for its place in a group. */
function placeOf(view: ViewOfBuild, job: Job): Waiting {
  const at = since(view.build.groupTurn ?? job.createdAt)
  const { place } = view.waits
  // It may have got its place between the two reads.
  if (place === null) return { message: 'Waiting for its place in the group.', ...at, refs: [ref('runner', 'runner')] }
  const { limit, ahead } = place
  return { ...at, limit, ahead, message: gateSentence(view, place, 'build'), refs: gateRefs(view, place) }
}

/** Describes a ready job, which waits for its time, a limit or a runner. */
function readyJob(view: ViewOfBuild, job: Job, step: Step | null): Waiting {
  const { now, waits } = view
  const at = since(job.scheduledAt ?? job.createdAt)
  if (job.notBefore !== null && job.notBefore > now) {
    const next = formatInstant(job.notBefore)
    return { message: `Retrying at ${next}.`, ...at, refs: [ref('time', next)] }
  }
  const wait = waits.jobs.get(job.id)
  if (wait !== undefined) {
    const { limit, ahead } = wait
    const told = { message: gateSentence(view, wait, 'job'), refs: gateRefs(view, wait) }
    return { ...told, ...at, limit, ahead }
  }
  const runner = waits.runners.get(job.id)
  if (runner !== undefined)
    return {
      message: absenceSentence(view, runner),
      ...at,
      refs: runnerRefs(runner),
    }
  const ahead = view.ahead.get(job.id) ?? null
  const message = view.fullDisk === null ? runnerSentence(step, ahead) : `The runner's disk is full (${view.fullDisk}).`
  return { message, ...at, ahead, refs: [ref('runner', 'runner')] }
}

/** Returns the missing runner, or the pool and labels of a missing one. */
function runnerRefs(wait: RunnerWait): Ref[] {
  if (wait.kind === 'home') return [ref('runner', wait.runner)]
  return [ref('runner', wait.pool), ...wait.labels.map((label) => ref('label', label))]
}

function since(at: number) {
  return { since: formatInstant(at), ahead: null, limit: null }
}

function ref(kind: string, name: string, jobId: string | null = null): Ref {
  return { kind, name, job_id: jobId, pipeline_slug: null, build_number: null }
}

/** Says which runner is missing. */
function absenceSentence({ runners }: ViewOfBuild, wait: RunnerWait): string {
  if (wait.kind === 'home')
    return `Waiting for the runner \`${runners.get(wait.runner)?.name ?? wait.runner}\`, which has the files that this step starts from and takes no work. Once it is gone for a minute, they are made again.`
  const labels = wait.labels.map((label) => `\`${label}\``)
  const having = labels.length === 0 ? '' : ` with the ${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`
  return `Waiting for a runner of the pool \`${wait.pool}\`${having}; none is connected.`
}

function runnerSentence(step: Step | null, ahead: number | null): string {
  const pool = step?.runsOn?.pool ?? null
  const wanted = `Waiting for a free runner${pool === null ? '' : ` of the pool \`${pool}\``}`
  if (ahead === null || ahead === 0) return `${wanted}.`
  return `${wanted}; ${ahead === 1 ? 'one job is' : `${ahead} jobs are`} ahead.`
}

/** Names the preparations between the lease and the start of the command. */
function preparations({ build, context }: ViewOfBuild, step: Step | null): string {
  const source = context.source === null ? '' : ' and the source'
  if (step === null) return `a sandbox for rendering${source}`
  if (step.image !== null) return `the image \`${step.image}\`${source}`
  const parent = step.buildsIn === null ? undefined : build.steps[step.buildsIn]
  return `the file system of \`${parent?.name ?? ''}\`${source}`
}

function parentRef(view: ViewOfBuild, step: Step | null): readonly Ref[] {
  const parent = step === null || step.buildsIn === null ? undefined : view.build.jobs[step.buildsIn]
  return parent === undefined ? [] : [ref('step', nameOf(view, parent), parent.id)]
}

function nameOf({ build }: ViewOfBuild, { step }: Job): string {
  return step === null ? '' : (build.steps[step]?.name ?? '')
}

function listed(names: readonly string[]): string {
  const more = names.length - named
  return more > 0 ? `${names.slice(0, named).join(', ')} and ${more} more` : names.join(', ')
}

type Gated = Pick<ViewOfBuild, 'organizationSlug' | 'pipeline' | 'holders'>

/** Names the limit or group that delays a job or build, and counts the `unit`s ahead. */
function gateSentence({ organizationSlug, pipeline }: Gated, wait: Wait, unit: 'job' | 'build'): string {
  const { reason, group, limit, ahead } = wait
  const counted = (n: number) => (n === 1 ? `one ${unit}` : `${n} ${unit}s`)
  const before = ahead === 0 ? '' : `; ${counted(ahead)} ${ahead === 1 ? 'is' : 'are'} ahead`
  switch (reason) {
    case 'organization_limit':
      return `Waiting for the limit of ${running(limit)} in \`${organizationSlug}\`${before}.`
    case 'pipeline_limit':
      return `Waiting for the limit of ${running(limit)} of the pipeline \`${pipeline.slug}\`${before}.`
    case 'concurrency_group':
      return `Waiting for its turn in the concurrency group \`${group}\`, which runs ${counted(limit)} at a time${before}.`
  }
}

function running(limit: number): string {
  return limit === 1 ? 'one running job' : `${limit} running jobs`
}

/** Returns the limit or the group, followed by those of its holders that are known. */
function gateRefs({ organizationSlug, pipeline, holders }: Gated, wait: Wait): Ref[] {
  const { reason, group } = wait
  const name = reason === 'organization_limit' ? organizationSlug : reason === 'pipeline_limit' ? pipeline.slug : group
  const kind = reason === 'concurrency_group' ? 'concurrency_group' : 'limit'
  const own = { kind, name: name ?? '', job_id: null, pipeline_slug: null, build_number: null }
  const known = wait.holders.flatMap((holder) => {
    const row = holders.get(holderKey(holder))
    if (row === undefined) return []
    const { pipeline_slug, number, job_id } = row
    const shown = row.step_name ?? `${pipeline_slug} #${number}`
    return [{ kind: 'holder', name: shown, job_id, pipeline_slug, build_number: number }]
  })
  return [own, ...known]
}
