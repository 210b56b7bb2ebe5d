import {
  type Build,
  type BuildContext,
  type Created,
  type Deal,
  type DiskWatch,
  defaultLeastFreeBytes,
  defaultStoreSettings,
  type Log,
  type StoreSettings,
  watchDisk,
} from '@harmont/engine'
import type { Plan } from '@harmont/ir'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { EventMapper, endEvent, startEvent } from '../events/event-mapper.ts'
import type { RunView } from '../events/run-event.ts'
import { factsOfPlan } from '../events/step-facts.ts'
import { systemFailure } from '../process/system-failure.ts'
import type { LocalHome } from '../records/home.ts'
import type { IdentitySource } from '../records/identity.ts'
import { readArtifact, recordedArtifacts } from '../records/recorded-artifacts.ts'
import { earlierTimes, recordDeal } from '../records/recorded-splits.ts'
import type { RunFacts } from '../records/run-record.ts'
import { type RunFiles, runFiles } from '../records/run-records.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { createLocalEngine } from './local-engine.ts'
import { createLocalStore } from './local-store.ts'
import { RunReporter } from './run-reporter.ts'
import type { History } from './take-source.ts'

export interface LocalRun {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly facts: RunFacts
  readonly plan: Plan
  readonly identities: IdentitySource
  readonly build: Created
  readonly context: BuildContext
  readonly history: History
  readonly secrets: ReadonlyMap<string, string>
  /** Maximum number of concurrent steps. */
  readonly slots: number
  readonly keepGoing: boolean
  /** The deals of the splits in the retried run. */
  readonly deals: ReadonlyMap<string, Deal>
  /** Directory for artifacts at the end of the run; null to write none. */
  readonly artifacts: string | null
  readonly view: RunView
  readonly log: Log
  /** Cancels the run when first aborted. */
  readonly signal: AbortSignal
  readonly onSecondInterrupt: (action: () => void) => () => void
}

/**
 * Runs a build to its end and returns the exit code. The view stays open. Throws exit 4 if the
 * engine fails.
 */
export async function runBuild(run: LocalRun): Promise<ExitCode> {
  const { home, sandboxes, facts, plan, build, context, view, signal } = run
  const ended = Promise.withResolvers<Omit<Build, 'jobs'>>()
  // Awaited only after the engine has started.
  ended.promise.catch(() => {})
  const known = factsOfPlan(plan)
  const files = runFiles(home.runs, facts.record)
  const reporter = new RunReporter({
    mapper: new EventMapper(known),
    build: build.build,
    identities: run.identities,
    files,
    view,
    snapshotOf: (id) => sandboxes.driver.snapshots.get(id),
    onEnd: ended.resolve,
    onFailure: (cause) => ended.reject(broken(cause, home)),
  })
  const disk = await watchDiskOf(run)
  const store = storeOf(run, files, reporter)
  const engine = createLocalEngine({
    ...{ store, home, sandboxes, disk, directory: facts.directory },
    ...{ history: run.history, secrets: run.secrets, slots: run.slots, log: run.log },
  })
  const cancel = () => {
    store.builds
      .apply(facts.id, [{ type: 'cancel', at: store.now() }])
      .catch((cause) => ended.reject(broken(cause, home)))
  }
  const forget = run.onSecondInterrupt(() => sandboxes.driver.killAll())
  try {
    store.builds.submit(build, context)
    reporter.begin(store, startEvent(facts.id, known, facts.startedAt))
    if (build.build.finishedAt !== null) ended.resolve(build.build)
    await engine.start()
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()
    const { state, errorCode, errorMessage, createdAt, finishedAt } = await ended.promise
    if (run.artifacts !== null) await writeArtifacts(home, facts.record, run.artifacts)
    const durationMs = (finishedAt ?? createdAt) - createdAt
    const end = endEvent({ state, errorCode, errorMessage, durationMs }, signal.reason)
    await reporter.report(end)
    return end.exit_code
  } finally {
    signal.removeEventListener('abort', cancel)
    await engine.close()
    await disk.stop()
    forget()
    await reporter.close()
  }
}

/** Watches free disk space, and suggests how to free some. */
function watchDiskOf({ home, view, log }: LocalRun): Promise<DiskWatch> {
  return watchDisk({
    path: home.root,
    leastFreeBytes: defaultLeastFreeBytes,
    log: (level, text, error) => {
      if (level === 'error') log(level, text, error)
      else void view.note(level === 'warn' ? `${text}; hm cache clean makes room` : text)
    },
  })
}

function storeOf({ home, facts, deals, keepGoing }: LocalRun, files: RunFiles, reporter: RunReporter) {
  const settings: Partial<StoreSettings> = { ...defaultStoreSettings, ...(keepGoing ? {} : { failFast: true }) }
  const splits = {
    times: () => earlierTimes(home.runs, facts.directory, facts.slug),
    earlier: deals,
    keep: (key: string, deal: Deal) => recordDeal(files.deals, key, deal),
  }
  return createLocalStore(settings, splits, reporter)
}

/**
 * Writes the artifacts of a run's steps, each below a directory for its step. Writes copies,
 * because editing a linked file would change the artifact for later runs.
 */
async function writeArtifacts(home: LocalHome, record: number, directory: string): Promise<void> {
  const { placeOfArtifact } = await import('../artifacts/place.ts')
  const { writeFileBelow } = await import('../artifacts/write-file.ts')
  // A canceled run also has artifacts.
  const { signal } = new AbortController()
  for (const artifact of await recordedArtifacts(home, record)) {
    const source = async () => ({ start: 0, bytes: readArtifact(home, artifact) })
    await writeFileBelow(directory, placeOfArtifact(directory, artifact), artifact, source, signal)
  }
}

/**
 * Returns the error for an engine failure, with the system's or the sandbox's own code if
 * available.
 */
function broken(cause: unknown, { root }: LocalHome): HmError {
  const known = cause instanceof HmError ? cause : systemFailure(cause, root)
  if (known !== undefined) return known
  const why = cause instanceof Error ? cause.message : String(cause)
  const own = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'engine_broken'
  return new HmError(exits.unavailable, own.toLowerCase(), `the run cannot continue: ${why}`, { cause })
}
