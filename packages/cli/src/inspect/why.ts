import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { exits } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { endOf, type RunRecord, stepsOf } from '../records/run-record.ts'
import { printWhy } from '../view/why-view.ts'
import { explainRun, requireStep } from './explain-run.ts'
import { toldRun } from './told-run.ts'

/** Explains a run of this machine, or one step of it. */
export async function localWhy(context: Context<'why'>, run: RunRecord, key: string | undefined): Promise<ExitCode> {
  const home = localHome(context.cacheDirectory)
  const steps = key === undefined ? stepsOf(run.events) : [requireStep(run, key)]
  const explain = explainRun(home, run)
  await printWhy(context, {
    named: `run ${run.number} of ${run.slug}`,
    state: endOf(run.events)?.state ?? 'running',
    run: toldRun(home.runs, run),
    isOne: key !== undefined,
    steps: steps.map((step) => ({ key: step.key, state: step.state, reason: explain(step).reason })),
  })
  return exits.ok
}
