/** Reads what changes in a build as often as something does, and no oftener than five times a second. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Build, isBuildTerminal, type Job } from '@harmont/engine'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { Bell, lookAgainMs } from '../../platform/follow/signal.ts'
import { AskOnce } from '../../platform/follow/single-flight.ts'
import { changesSince } from './store.ts'

const restMs = 200

export type BuildChange =
  | {
      readonly kind: 'changed'
      readonly build: Build
      /** The newest attempts that changed. */
      readonly jobs: readonly Job[]
      /** From which the next reading goes on. */
      readonly version: number
      /** All that changed up to the end of the build is among it. */
      readonly isLast: boolean
    }
  /** The build is over and all that changed was given. */
  | { readonly kind: 'end' }

/** What many readers of one build ask at the same moment is asked of the database once. */
export class BuildReads {
  readonly #pool: pg.Pool
  readonly #engine: BuildEngine
  readonly #once = new AskOnce()

  constructor(pool: pg.Pool, engine: BuildEngine) {
    this.#pool = pool
    this.#engine = engine
  }

  onChange(buildId: string, listener: () => void): () => void {
    return this.#engine.store.changes.onBuild(buildId, listener)
  }

  /** The build, and which of its jobs changed after the version. */
  since(buildId: string, version: number): Promise<Extract<BuildChange, { kind: 'changed' }>> {
    return this.#once.ask(`${buildId} since ${version}`, async () => {
      // The version first: what is loaded after it is as new or newer, so that nothing falls between two readings.
      const changes = await changesSince(this.#pool, buildId, version)
      const loaded = await this.#engine.store.load(buildId)
      if (loaded === undefined) throw new Error(`the engine does not have the build ${buildId}`)
      const jobs = loaded.build.jobs.filter(({ id }) => changes.jobIds.has(id))
      const isLast = isBuildTerminal(changes.state)
      return { kind: 'changed', build: loaded.build, jobs, version: changes.version, isLast }
    })
  }
}

/** Everything that changes after `version`, merged to five readings a second, until the build is over or `stop` is aborted. It pulls, so that nothing is held for a slow reader. */
export async function* followBuild(
  reads: BuildReads,
  buildId: string,
  version: number,
  stop: AbortSignal,
): AsyncGenerator<BuildChange> {
  const bell = new Bell(stop)
  const unsubscribe = reads.onChange(buildId, () => bell.ring())
  try {
    for (let seen = version; !stop.aborted; ) {
      bell.hush()
      const readAt = performance.now()
      const change = await reads.since(buildId, seen)
      if (change.version > seen) {
        seen = change.version
        yield change
      }
      if (change.isLast) {
        yield { kind: 'end' }
        return
      }
      if (await bell.rang(lookAgainMs)) await sleep(Math.max(0, readAt + restMs - performance.now()))
    }
  } finally {
    unsubscribe()
    bell.close()
  }
}
