import { explainOnServer } from '../builds/explain-cache.ts'
import type { Context, Handler } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { requireRun, requireStep } from '../records/find-run.ts'
import { type LocalHome, localHome } from '../records/home.ts'
import { readIdentity } from '../records/identity.ts'
import { endOf, type RecordedStep, type RunFacts, type RunRecord, stepsOf } from '../records/run-record.ts'
import { readRecords, runFiles, runsOf } from '../records/run-records.ts'
import { localRule } from '../runs/local-context.ts'
import { cleanUpKilled } from '../sandboxes/clean-up.ts'
import { requireLinux } from '../sandboxes/require-linux.ts'
import { printWhy } from '../view/why-view.ts'
import { explainStep } from './explain-step.ts'
import { replayRun } from './replay-run.ts'

/** Explains a local run, or one step of it. */
export async function localWhy(context: Context<'why'>, run: RunRecord, key: string | undefined): Promise<ExitCode> {
  const home = localHome(context.cacheDirectory)
  const steps = key === undefined ? stepsOf(run.events) : [requireStep(run, key)]
  const explain = explainRun(home, run)
  await printWhy(context, {
    named: `run ${run.number} of ${run.slug}`,
    state: endOf(run.events)?.state ?? 'running',
    run: replayRun(home.runs, run),
    isOne: key !== undefined,
    steps: steps.map((step) => ({ key: step.key, state: step.state, reason: explain(step).reason })),
  })
  return exits.ok
}

/**
 * `hm cache explain STEP`: explains a step of the given build on the server, or of the last local
 * run.
 */
export const explainCache: Handler<'cache explain'> = async (context) => {
  const { build, pipeline } = context.flags
  return build === undefined && pipeline === undefined ? explainLocal(context) : explainOnServer(context)
}

/** Prints the changes in the step's identity since the previous run that had it. */
const explainLocal: Handler<'cache explain'> = async (context) => {
  const { args, cacheDirectory, directory, output, global } = context
  requireLinux()
  await cleanUpKilled(context)
  const home = localHome(cacheDirectory)
  const last = requireRun(home, directory, undefined)
  const own = readRecords(home.runs, directory).filter(({ slug }) => slug === last.slug)
  const run = own.find(({ events }) => stepsOf(events).some(({ key }) => key === args.step)) ?? last
  const step = requireStep(run, args.step)
  const { reason, isCached, comparedWith, changes } = explainRun(home, run)(step)
  if (global.json) {
    await output.json({
      step: args.step,
      run: run.number,
      state: step.state,
      cached_from: step.cachedFrom,
      cached: isCached,
      compared_with: comparedWith,
      changes,
      rule: localRule,
    })
    return exits.ok
  }
  await output.print(`${args.step} in run ${run.number} ${reason}`)
  await output.print(localRule)
  return exits.ok
}

/** The explanation of a step in a run. */
interface Explained {
  /** A sentence without a full stop. */
  readonly reason: string
  /** Whether the step could be found in the cache. */
  readonly isCached: boolean
  /** The previous run that had the step; null if none is recorded. */
  readonly comparedWith: number | null
  /** Changes since then. */
  readonly changes: readonly string[]
}

/** Explains the steps of a run by comparing it with earlier runs of the same pipeline. */
export function explainRun({ runs }: LocalHome, run: RunRecord): (step: RecordedStep) => Explained {
  const identityOf = ({ record }: RunFacts) => readIdentity(runFiles(runs, record).identity)
  const now = identityOf(run)
  const earlier = [...runsOf(runs, run.directory)]
    .filter(({ slug, record }) => slug === run.slug && record < run.record)
    .map((each) => ({ number: each.number, identity: identityOf(each) }))
  return (step) => {
    const { key, cachedFrom, state, message } = step
    const isCached = now.get(key)?.cacheKey != null
    const before = earlier.find(({ identity }) => identity.has(key))
    const changes = before === undefined ? [] : explainStep(key, before.identity, now)
    const reason = () => {
      if (state === 'skipped') return message ?? 'it was not needed'
      if (state === 'waiting') return 'has not started'
      if (cachedFrom !== null) return `cached: taken from ${cachedFrom}`
      if (run.retryOf !== null) return 'ran: hm retry runs it regardless of the cache'
      if (!isCached) return 'ran: no cache policy'
      if (before === undefined) return 'ran: there is no earlier result'
      if (changes.length === 0)
        return `ran: nothing changed since run ${before.number}, but its result is not in the cache`
      return `ran: ${changes.join('; ')}`
    }
    return { reason: reason(), isCached, comparedWith: before?.number ?? null, changes }
  }
}
