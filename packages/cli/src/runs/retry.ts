import { planBuild } from '@harmont/engine'
import { conditionHolds, type Plan, type PlannedStep } from '@harmont/ir'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { localConditions, selectSteps } from '../project/plan-run.ts'
import { readProject } from '../project/read-project.ts'
import { runSecrets } from '../project/run-variables.ts'
import { appendedSteps, plannedAtFirst } from '../records/recorded-plan.ts'
import { recordedDeals } from '../records/recorded-splits.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { type Launch, launchRun } from './launch-run.ts'
import { planRetry } from './plan-retry.ts'
import { wantedSecrets } from './secrets.ts'
import { takeSource } from './take-source.ts'

/**
 * Reruns the failed steps of a local run and the steps that they blocked, with the current files.
 * The rerun has its own number.
 */
export async function localRetry(
  context: Context<'retry'>,
  earlier: RunRecord,
  only: readonly string[],
): Promise<ExitCode> {
  if (context.flags.detach) throw usageError('--detach is for builds on a server')
  return withSandboxes(context, async (home, opening) => {
    const { directory, flags, output, env: own } = context
    const { plan: whole, ir } = plannedAtFirst(home.runs, earlier)
    const { git, sourceSet } = await readProject(directory)
    const env = { ...earlier.env, ...Object.fromEntries(flags.env.map(({ name, value }) => [name, value])) }
    const known = localConditions(earlier.branch, env)
    refuseUnknown(earlier, only)
    const sandboxes = await opening
    const appended = appendedSteps(home.runs, earlier)
    const again = await chooseSteps(sandboxes, { whole, appended, earlier, only, known })
    if (again === null) {
      output.say(`no step of run ${earlier.number} failed`)
      return exits.ok
    }
    return launchRun(context, {
      ...{ home, sandboxes, git, env, ...again },
      pipeline: { slug: earlier.slug, name: earlier.name, ir },
      tree: await takeSource(home, sourceSet, output.say),
      branch: earlier.branch,
      message: earlier.message,
      secrets: runSecrets(wantedSecrets(again.plan, known), { flags: [], directory, env: own }),
      retryOf: earlier.number,
      deals: recordedDeals(home.runs, earlier.record),
      anew: [],
      keepGoing: false,
      parallelism: undefined,
      artifacts: null,
      format: undefined,
      logs: false,
    })
  })
}

interface Wanted {
  /** The plan of the earlier run. */
  readonly whole: Plan
  /** The steps appended by its steps. */
  readonly appended: readonly PlannedStep[]
  readonly earlier: RunRecord
  readonly only: readonly string[]
  readonly known: ReturnType<typeof localConditions>
}

/** Returns the steps to rerun, and the snapshots of the others; null if no step failed. */
async function chooseSteps(
  sandboxes: Sandboxes,
  { whole, appended, earlier, only, known }: Wanted,
): Promise<Pick<Launch, 'plan' | 'only' | 'kept'> | null> {
  const steps = stepsOf(earlier.events)
  const there = await present(
    sandboxes,
    steps.flatMap(({ snapshot, serviceSnapshots }) => [
      ...(snapshot === null ? [] : [snapshot]),
      ...Object.values(serviceSnapshots),
    ]),
  )
  const skipped = new Set(appended.flatMap(({ key, condition }) => (conditionHolds(condition, known) ? [] : key)))
  const { rerun, kept } = planRetry({
    steps: whole.steps,
    earlier: new Map(steps.filter(({ key }) => !skipped.has(key)).map((step) => [step.key, step])),
    only,
    hasSnapshot: (id) => there.has(id),
    conditions: planBuild(whole, { conditions: known }).conditions,
  })
  if (rerun.size === 0) return null
  const keyOf = (slot: number) => whole.steps[slot]?.key ?? ''
  const selected = selectSteps(whole, [...rerun].map(keyOf))
  if ('unknown' in selected) throw new Error('expected the steps of a plan to be in it')
  // Removes the cache keys, because they belong to other files and later runs must not find these
  // results.
  const plan = { ...selected, steps: selected.steps.map((step) => ({ ...step, cacheKey: null })) }
  const slots = new Map(plan.steps.map(({ key }, slot) => [key, slot]))
  return {
    plan,
    only: [...slots.keys()],
    kept: new Map([...kept].map(([slot, left]) => [slots.get(keyOf(slot)) ?? -1, left])),
  }
}

function refuseUnknown({ events, number }: RunRecord, wanted: readonly string[]): void {
  const keys = stepsOf(events).map(({ key }) => key)
  const unknown = wanted.filter((key) => !keys.includes(key))
  if (unknown.length === 0) return
  throw new HmError(exits.notFound, 'step_not_found', `run ${number} has no step ${unknown.join(', ')}`, {
    fix: `its steps are ${keys.join(', ')}`,
  })
}

async function present({ driver }: Sandboxes, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(ids.map(async (id) => ((await driver.snapshots.get(id)) === undefined ? [] : [id])))
  return new Set(found.flat())
}
