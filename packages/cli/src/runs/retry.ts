import { readFileSync } from 'node:fs'
import { planBuild } from '@harmont/engine'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { localConditions, planRun, selectSteps } from '../project/plan-run.ts'
import { readProject } from '../project/read-project.ts'
import { runSecrets } from '../project/run-variables.ts'
import { recordedDeals } from '../records/recorded-splits.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import { runFiles } from '../records/run-records.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { launchRun } from './launch-run.ts'
import { planRetry } from './plan-retry.ts'
import { wantedSecrets } from './secrets.ts'
import { takeSource } from './take-source.ts'

/**
 * Reruns the failed steps of a run of this machine and the steps that they blocked, with the
 * current files. The rerun has its own number.
 */
export async function localRetry(
  context: Context<'retry'>,
  earlier: RunRecord,
  only: readonly string[],
): Promise<ExitCode> {
  const { directory, flags, output, env: own } = context
  if (flags.detach) throw usageError('--detach is for builds on a server')
  return withSandboxes(context, async (home, opening) => {
    const ir = readFileSync(runFiles(home.runs, earlier.record).ir, 'utf8')
    const whole = planRun(ir, { steps: earlier.only ?? [], timeoutMs: undefined })
    const { git, sourceSet } = await readProject(directory)
    const env = { ...earlier.env, ...Object.fromEntries(flags.env.map(({ name, value }) => [name, value])) }
    const known = localConditions(earlier.branch, env)
    const steps = stepsOf(earlier.events)
    refuseUnknown(earlier, only)
    const sandboxes = await opening
    const there = await present(
      sandboxes,
      steps.flatMap(({ snapshot, serviceSnapshots }) => [
        ...(snapshot === null ? [] : [snapshot]),
        ...Object.values(serviceSnapshots),
      ]),
    )
    const { rerun, kept } = planRetry({
      steps: whole.steps,
      earlier: new Map(steps.map((step) => [step.key, step])),
      only,
      hasSnapshot: (id) => there.has(id),
      conditions: planBuild(whole, { conditions: known }).conditions,
    })
    if (rerun.size === 0) {
      output.say(`no step of run ${earlier.number} failed`)
      return exits.ok
    }
    const keyOf = (slot: number) => whole.steps[slot]?.key ?? ''
    const selected = selectSteps(whole, [...rerun].map(keyOf))
    if ('unknown' in selected) throw new Error('expected the steps of a plan to be in it')
    // Their keys belong to other files, so later runs must not find the results of this one under
    // them.
    const plan = { ...selected, steps: selected.steps.map((step) => ({ ...step, cacheKey: null })) }
    const slots = new Map(plan.steps.map(({ key }, slot) => [key, slot]))
    return launchRun(context, {
      home,
      sandboxes,
      pipeline: { slug: earlier.slug, name: earlier.name, ir },
      plan,
      git,
      tree: await takeSource(home, sourceSet, context.output.say),
      branch: earlier.branch,
      message: earlier.message,
      env,
      secrets: runSecrets(wantedSecrets(plan, known), { flags: [], directory, env: own }),
      only: [...slots.keys()],
      retryOf: earlier.number,
      kept: new Map([...kept].map(([slot, left]) => [slots.get(keyOf(slot)) ?? -1, left])),
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
