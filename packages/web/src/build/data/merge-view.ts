import type { Schema } from '../../api/schemas.ts'
import { completeJob } from './complete-view.ts'
import type { BuildView, JobView } from './job-state.ts'

export type ViewEvent =
  | ({ readonly type: 'build' } & Schema<'EventOfBuild'>)
  | ({ readonly type: 'job' } & Schema<'EventOfJob'>)

/**
 * Applies events of this build, in any order and repeatedly: an older state never replaces a newer
 * one (web D2). `at`: the server's current time.
 */
export function mergeEvents(view: BuildView, events: readonly ViewEvent[], at: string): BuildView {
  const jobs = new Map<string, JobView>()
  let merged = view
  for (const event of events) {
    if (event.type === 'build') merged = mergeBuild(merged, event, at)
    else if (isOwn(view, event)) keepNewer(jobs, completeJob(event.job))
  }
  return jobs.size === 0 ? merged : mergeJobs(merged, jobs)
}

/**
 * Merges a fresh view with newer states from events. Events may even have added steps since the
 * view was read: those are newer than its build.
 */
export function mergeRead(before: BuildView, read: BuildView): BuildView {
  if (before.pipeline.slug !== read.pipeline.slug || before.build.number !== read.build.number) return read
  const known = new Map([...before.jobs, ...(before.render === null ? [] : [before.render])].map(keyed))
  const newer = (job: JobView) => {
    const earlier = known.get(keyOf(job))
    return earlier !== undefined && earlier.version > job.version ? earlier : job
  }
  const listed = new Set(read.jobs.map(keyOf))
  const { build, eta_ms, cost, canceled_by } = before
  return {
    ...read,
    ...(build.version > read.build.version ? { build, eta_ms, cost, canceled_by } : {}),
    render: read.render === null ? null : newer(read.render),
    jobs: [
      ...read.jobs.map(newer),
      ...before.jobs.filter((job) => !listed.has(keyOf(job)) && job.version > read.build.version),
    ],
  }
}

function mergeBuild(view: BuildView, event: Schema<'EventOfBuild'>, at: string): BuildView {
  const { build, view: more } = event
  const isOlder = build.version < view.build.version
  if (isOlder || build.number !== view.build.number || event.pipeline_slug !== view.pipeline.slug) return view
  return { ...view, build, ...(more === undefined ? {} : { ...more, server_time: at }) }
}

function mergeJobs(view: BuildView, changed: ReadonlyMap<string, JobView>): BuildView {
  const rest = new Map(changed)
  const newer = (job: JobView) => {
    const key = keyOf(job)
    const event = rest.get(key)
    rest.delete(key)
    return event !== undefined && event.version >= job.version ? event : job
  }
  const render = view.render === null ? null : newer(view.render)
  const jobs = view.jobs.map(newer)
  const added = [...rest.values()]
  return {
    ...view,
    render: render ?? added.find(isRender) ?? null,
    jobs: [...jobs, ...added.filter((job) => !isRender(job))],
  }
}

function keepNewer(jobs: Map<string, JobView>, job: JobView): void {
  const known = jobs.get(keyOf(job))
  if (known === undefined || job.version >= known.version) jobs.set(keyOf(job), job)
}

function isOwn({ pipeline, build }: BuildView, event: Schema<'EventOfJob'>): boolean {
  return event.pipeline_slug === pipeline.slug && event.number === build.number
}

function isRender({ step_key }: JobView): boolean {
  return step_key === null || step_key === undefined
}

/** Returns the key that a step's attempts share; the rendering job has none. */
function keyOf({ step_key }: JobView): string {
  return step_key ?? ''
}

function keyed(job: JobView): [string, JobView] {
  return [keyOf(job), job]
}
