import type { components } from '@harmont/contract'
import type { CloudClient } from './client.ts'
import { CloudError } from './cloud-error.ts'
import { followPatienceMs, Patience, pause } from './patience.ts'
import { readEvents, type ServerEvent } from './read-events.ts'
import type { BuildAddress } from './stream-logs.ts'

export type Build = components['schemas']['Build']
export type Job = components['schemas']['Job']

/** A change of a build or of one of its jobs. */
export type BuildUpdate =
  | { readonly kind: 'build'; readonly build: Build }
  | { readonly kind: 'job'; readonly job: Job }

export interface FollowOptions {
  readonly signal?: AbortSignal
  /** Default: 45,000. The server sends an event or a heartbeat at least every 15 s. */
  readonly silenceMs?: number
  /** How long to retry while the server does not answer. Default: 5 minutes. */
  readonly patienceMs?: number
  /**
   * The pause between polls if the server has no event stream. Default: 1,500, and 5,000 after five
   * minutes without news.
   */
  readonly pollMs?: number
}

/** Whether a build in this state changes only by a retry. */
export function isEnded({ state }: Pick<Build, 'state'>): boolean {
  return ['passed', 'failed', 'canceled'].includes(state)
}

/**
 * Follows a build until it has ended: yields its whole current state, then each change. The end of
 * the build comes last. Uses the event stream, and polls if the server has none or while it is
 * broken. Throws CloudError, or the signal's reason.
 */
export async function* followBuild(
  client: CloudClient,
  address: BuildAddress,
  options: FollowOptions = {},
): AsyncGenerator<BuildUpdate> {
  const { signal, silenceMs = 45_000, patienceMs = followPatienceMs } = options
  const call = { attempts: 1, ...(signal === undefined ? {} : { signal }) }
  const patience = new Patience(patienceMs, signal)
  const news = new News()
  let hasStream = true
  let lastEventId: string | undefined
  for (;;) {
    if (hasStream) {
      try {
        const headers = {
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        }
        const response = await client.streamBuildEvents(address, { ...call, headers })
        patience.wentWell()
        for await (const event of readEvents(response, silenceMs)) {
          patience.wentWell()
          yield* news.of(updatesOf(event))
          if (event.event === 'done') return
          lastEventId = event.id ?? lastEventId
        }
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof CloudError)) throw error
        // The polls below decide whether to continue.
        hasStream = !error.isUnknownOperation
        if (!error.isPassing && hasStream) throw error
      }
    }
    try {
      const [build, { data }] = await Promise.all([client.getBuild(address, call), client.listJobs(address, call)])
      patience.wentWell()
      const jobs = data.map((job): BuildUpdate => ({ kind: 'job', job }))
      yield* news.of([...jobs, { kind: 'build', build }])
      if (isEnded(build)) return
    } catch (error) {
      await patience.afterFailure(error)
      continue
    }
    await pause(options.pollMs ?? (news.quietMs() > 5 * 60_000 ? 5_000 : 1_500), signal)
  }
}

/** Follows a build to its end and returns it. */
export async function waitForBuild(
  client: CloudClient,
  address: BuildAddress,
  options: FollowOptions = {},
): Promise<Build> {
  let last: Build | undefined
  for await (const update of followBuild(client, address, options)) if (update.kind === 'build') last = update.build
  if (last === undefined || !isEnded(last)) return client.getBuild(address)
  return last
}

/** Filters out updates that equal the previous ones. */
class News {
  readonly #told = new Map<string, string>()
  #last = performance.now()

  quietMs(): number {
    return performance.now() - this.#last
  }

  *of(updates: readonly BuildUpdate[]): Generator<BuildUpdate> {
    for (const update of updates) {
      const [id, text] =
        update.kind === 'job' ? [update.job.id, JSON.stringify(update.job)] : ['', JSON.stringify(update.build)]
      if (this.#told.get(id) === text) continue
      this.#told.set(id, text)
      this.#last = performance.now()
      yield update
    }
  }
}

function updatesOf({ event, data }: ServerEvent): BuildUpdate[] {
  if (event === 'build') return [{ kind: 'build', build: data as Build }]
  if (event === 'job') return [{ kind: 'job', job: data as Job }]
  if (event !== 'snapshot') return []
  const { build, jobs } = data as { build: Build; jobs: Job[] }
  return [...jobs.map((job): BuildUpdate => ({ kind: 'job', job })), { kind: 'build', build }]
}
