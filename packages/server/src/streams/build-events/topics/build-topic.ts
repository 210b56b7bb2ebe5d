import { isBuildTerminal } from '@harmont/engine'
import { presentSummary } from '../../../builds/overviews/summary.ts'
import { canceledBy, etaMs } from '../../../builds/view/build-view.ts'
import { buildCost } from '../../../builds/view/cost.ts'
import { presentJobView, presentRenderView } from '../../../builds/view/present-job-view.ts'
import { type ReadView, readView, type ViewPlace, type ViewServices } from '../../../builds/view/read-view.ts'
import { recentRunMs } from '../../../builds/view/store.ts'
import { follow } from '../../../platform/follow/follow.ts'
import type { SingleFlight } from '../../../platform/follow/single-flight.ts'
import type { TopicEvent, TopicNews } from './topic-event.ts'
import { placeName } from './topic-places.ts'

/** The pause between two reads. A change is sent within 200 ms, including the time of a read. */
const restMs = 150
/** The number of jobs serialised at a time. */
const jobsAtOnce = 200
/** Greater than any version. */
const noVersion = Number.MAX_SAFE_INTEGER

export interface FollowedBuild extends ViewPlace {
  /** The topic as requested. */
  readonly topic: string
  /** The version up to which the reader has seen the build; null if unknown. */
  readonly after: number | null
}

interface Services extends ViewServices {
  readonly flights: SingleFlight
}

/** Yields the changes of a build until it has ended. */
export async function* buildTopic(
  services: Services,
  followed: FollowedBuild,
  signal: AbortSignal,
): AsyncGenerator<TopicNews> {
  const { engine, flights } = services
  const { topic, build } = followed
  const readAfter = (after: number) =>
    flights.run(`${build.id} view after ${after}`, () => readChange(services, followed, after))
  let seen = followed.after
  let before: string | null = null
  const readings = follow({
    subscribe: (wake) => engine.store.changes.onBuild(build.id, wake),
    async read() {
      const known = seen
      const first = await readAfter(known ?? noVersion)
      const isFurther = known !== null && first.row.version > known
      const change = isFurther && isSwitched(first, before) ? await readAfter(-1) : first
      seen = change.row.version
      before = manner(change)
      return { change, isFurther, isLost: known === null || known > seen }
    },
    isDone: ({ change }) => isBuildTerminal(change.row.state),
    restMs,
    signal,
  })
  for await (const { change, isFurther, isLost } of readings) {
    const { version, state } = change.row
    if (isLost) yield { events: [{ event: 'resync', data: { topic } }], place: placeOf(followed, version) }
    else if (isFurther) yield* newsOf(followed, change)
    if (isBuildTerminal(state)) yield { events: [{ event: 'end', data: { topic } }], place: null }
  }
}

/**
 * Returns a text that changes when a build starts or stops waiting for approval, is being canceled,
 * or has ended: then all its jobs are shown differently.
 */
function manner({ row, view }: ReadView): string {
  return `${view.build.held} ${row.state === 'canceling'} ${isBuildTerminal(row.state)}`
}

/** Returns whether every job is sent again. `before` is null for a new reader. */
function isSwitched(change: ReadView, before: string | null): boolean {
  return before === null ? isBuildTerminal(change.row.state) : before !== manner(change)
}

interface Change extends ReadView {
  readonly runMs: readonly number[]
}

async function readChange(services: ViewServices, place: ViewPlace, after: number): Promise<Change> {
  const read = await readView(services, place, after)
  const runMs = read.row.finished_at === null ? await recentRunMs(services.pool, place.pipeline.id) : []
  return { ...read, runMs }
}

/** Yields the jobs first, then the build, which carries the place. */
function* newsOf(
  followed: FollowedBuild,
  { row, view, changed, isRenderChanged, runMs }: Change,
): Generator<TopicNews> {
  const place = { pipeline_slug: followed.pipeline.slug, number: followed.build.number }
  const jobEvent = (job: (TopicEvent & { event: 'job' })['data']['job']): TopicEvent => ({
    event: 'job',
    data: { ...place, job },
  })
  const render = isRenderChanged ? presentRenderView(view) : null
  const events: TopicEvent[] = render === null ? [] : [jobEvent(render)]
  for (const job of changed) {
    const step = view.build.steps[job.step ?? -1]
    if (step !== undefined) events.push(jobEvent(presentJobView(view, job, step)))
    if (events.length >= jobsAtOnce) yield { events: events.splice(0), place: null }
  }
  const build = presentSummary(row, view.now)
  const more = { eta_ms: etaMs(row, runMs, view.now), cost: buildCost(view), canceled_by: canceledBy(row) }
  events.push({ event: 'build', data: { pipeline_slug: place.pipeline_slug, build, view: more } })
  yield { events, place: placeOf(followed, row.version) }
}

function placeOf({ build }: FollowedBuild, version: number): readonly [string, string] {
  return [placeName('b', build.id), String(version)]
}
