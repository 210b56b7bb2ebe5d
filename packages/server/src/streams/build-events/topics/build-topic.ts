import { setTimeout as sleep } from 'node:timers/promises'
import { isBuildTerminal } from '@harmont/engine'
import { presentSummary } from '../../../builds/overviews/present-summary.ts'
import { canceledBy } from '../../../builds/view/build-view.ts'
import { buildCost } from '../../../builds/view/cost.ts'
import { etaMs } from '../../../builds/view/eta.ts'
import { presentJobView, presentRenderView } from '../../../builds/view/present-job-view.ts'
import { type ReadView, readView, type ViewPlace, type ViewServices } from '../../../builds/view/read-view.ts'
import { recentRunMs } from '../../../builds/view/store.ts'
import { Bell, lookAgainMs } from '../../../platform/follow/signal.ts'
import type { AskOnce } from '../../../platform/follow/single-flight.ts'
import type { TopicEvent, TopicNews } from './topic-event.ts'
import { placeName } from './topic-places.ts'

/** Between two readings: with the time that one takes, a change is told within 200 ms. */
const restMs = 150
/** So many jobs are made into text at a time. */
const jobsAtOnce = 200
/** Later than any. */
const noVersion = Number.MAX_SAFE_INTEGER

export interface FollowedBuild extends ViewPlace {
  /** The topic as it was asked for. */
  readonly topic: string
  /** The version up to which the reader has seen the build; null: nobody knows. */
  readonly after: number | null
}

interface Services extends ViewServices {
  readonly once: AskOnce
}

/** What changes in a build, until it is over. */
export async function* buildTopic(
  services: Services,
  followed: FollowedBuild,
  stop: AbortSignal,
): AsyncGenerator<TopicNews> {
  const { engine, once } = services
  const { topic, build } = followed
  const bell = new Bell(stop)
  const unsubscribe = engine.store.changes.onBuild(build.id, () => bell.ring())
  const read = (after: number) =>
    once.ask(`${build.id} view after ${after}`, () => readChange(services, followed, after))
  try {
    let seen = followed.after
    let before: string | null = null
    while (!stop.aborted) {
      bell.hush()
      const readAt = performance.now()
      const known = seen
      const first = await read(known ?? noVersion)
      const isFurther = known !== null && first.row.version > known
      const change = isFurther && isSwitched(first, before) ? await read(-1) : first
      const { version, state } = change.row
      if (known === null || known > version)
        yield { events: [{ event: 'resync', data: { topic } }], place: placeOf(followed, version) }
      else if (isFurther) yield* newsOf(followed, change)
      seen = version
      before = manner(change)
      if (isBuildTerminal(state)) {
        yield { events: [{ event: 'end', data: { topic } }], place: null }
        return
      }
      if (await bell.rang(lookAgainMs)) await sleep(Math.max(0, readAt + restMs - performance.now()))
    }
  } finally {
    unsubscribe()
    bell.close()
  }
}

/** What each job of a build shows is something else while the build waits for approval, is being canceled, or is over. */
function manner({ row, view }: ReadView): string {
  return `${view.build.held} ${row.state === 'canceling'} ${isBuildTerminal(row.state)}`
}

/** `before`: null when the reader has just come; then only an end is looked for. */
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

/** The jobs first, then the build, with the place. */
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
