import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { inspect } from 'node:util'
import { createBuild, type Deal, defaultStoreSettings, planBuild } from '@harmont/engine'
import type { Plan } from '@harmont/ir'
import { now, type SourceTreeRef } from '@harmont/sandbox'
import type { GitFacts } from '@harmont/source-set'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { localConditions } from '../project/plan-run.ts'
import type { ProjectPipeline } from '../project/render-project.ts'
import { earlierDurations } from '../records/find-run.ts'
import type { LocalHome } from '../records/home.ts'
import { processMark } from '../records/process-mark.ts'
import { beginRecord } from '../records/run-records.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { trimRegularly } from '../sandboxes/trim.ts'
import { openView } from '../view/open-view.ts'
import { localContext } from './local-context.ts'
import { passedAlready } from './passed-already.ts'
import type { Left } from './plan-retry.ts'
import { runBuild } from './run-build.ts'
import { takeHistory } from './take-source.ts'

/** A prepared run, ready to start. */
export interface Launch {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly pipeline: Omit<ProjectPipeline, 'explain'>
  readonly plan: Plan
  readonly git: GitFacts | null
  readonly tree: SourceTreeRef | null
  readonly branch: string | null
  readonly message: string | null
  readonly env: Readonly<Record<string, string>>
  readonly secrets: ReadonlyMap<string, string>
  /** Keys of the plan's steps, unless it is the whole pipeline. */
  readonly only: readonly string[] | null
  readonly retryOf: number | null
  /** Slots of steps that have already passed, with their snapshots. */
  readonly kept: ReadonlyMap<number, Left>
  /** The deals of the splits in the retried run; absent for any other run. */
  readonly deals?: ReadonlyMap<string, Deal>
  /** Steps to run regardless of the cache. */
  readonly anew: true | readonly string[]
  readonly keepGoing: boolean
  /** Concurrent steps; defaults to the number of CPUs. */
  readonly parallelism: number | undefined
  /** Absolute path of the directory for artifacts; null to write none. */
  readonly artifacts: string | null
  readonly format: string | undefined
  readonly logs: boolean
  /** Cancels this run, in addition to Ctrl-C. */
  readonly stale?: AbortSignal
}

type Here = Pick<Context, 'directory' | 'env' | 'global' | 'output' | 'signal' | 'onSecondInterrupt' | 'config'>

/** Records a run, runs and shows it, and trims the cache. Returns the exit code. */
export async function launchRun(here: Here, launch: Launch): Promise<ExitCode> {
  const { directory, output, global, config: loaded } = here
  const { home, sandboxes, pipeline, plan, git, tree, branch, env, only, retryOf } = launch
  const { slug, name, ir } = pipeline
  const config = await loaded()
  const history = takeHistory(home, directory, git)
  // Awaited after the view is open.
  history.catch(() => {})
  const own = processMark(process.pid)
  if (own === undefined) throw new Error('expected /proc to know this process')
  const message = launch.message ?? git?.message ?? null
  const begun = { id: randomUUID(), startedAt: now(), process: own }
  const place = { directory, slug, name, message, branch, commit: git?.commit ?? null }
  const facts = beginRecord(home.runs, { ...begun, ...place, env, only, retryOf, tree: tree?.digest ?? null }, ir)
  const from = planBuild(plan, { conditions: localConditions(branch, env) })
  const request = { id: facts.id, queue: 'local', at: facts.startedAt, held: false, from }
  const slots = launch.parallelism ?? availableParallelism()
  const view = await openView({
    output,
    env: here.env,
    global,
    format: launch.format ?? config.get('preferences.format'),
    logs: launch.logs,
    earlier: earlierDurations(home.runs, directory, slug),
    parallelism: slots,
    now,
  })
  try {
    return await runBuild({
      home,
      sandboxes,
      facts,
      plan,
      identities: { env, tree, rendering: here.env },
      build: passedAlready(createBuild(request, defaultStoreSettings), launch.kept, defaultStoreSettings),
      history: await history,
      context: localContext({ facts, git, org: config.get('cloud.org'), tree, anew: launch.anew }),
      secrets: launch.secrets,
      slots,
      keepGoing: launch.keepGoing,
      deals: launch.deals ?? new Map(),
      artifacts: launch.artifacts,
      view,
      log: (level, text, error) => {
        const why = error instanceof Error ? `: ${error.message}` : ''
        if (level === 'error') void view.note(`engine: ${text}${why}`)
        output.debug(`engine: ${text}${error === undefined ? '' : `: ${inspect(error)}`}`)
      },
      signal: launch.stale === undefined ? here.signal : AbortSignal.any([here.signal, launch.stale]),
      onSecondInterrupt: here.onSecondInterrupt,
    })
  } finally {
    await view.close()
    await trimRegularly(home, sandboxes, config.get('cache.max_gb'))
  }
}
