import { explainOnServer } from '../builds/explain-cache.ts'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { localRule } from '../runs/local-context.ts'
import { requireLinux } from '../sandboxes/require-linux.ts'
import { sweepDead } from '../sandboxes/sweep.ts'
import { explainRun, requireStep } from './explain-run.ts'

/** `hm cache explain STEP`: of a build of the server where one is named, else of the last run here. */
export const run: Handler<'cache explain'> = async (context) => {
  const { build, pipeline } = context.flags
  return build === undefined && pipeline === undefined ? explainLocal(context) : explainOnServer(context)
}

/** Says what of the step's identity changed between the last run that had it and the one before. */
const explainLocal: Handler<'cache explain'> = async (context) => {
  const { args, cacheDirectory, directory, output, global } = context
  requireLinux()
  await sweepDead(context)
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
