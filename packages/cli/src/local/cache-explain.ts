import { explainOnServer } from '../cloud/cache-explain.ts'
import type { Handler } from '../command.ts'
import { exits } from '../errors.ts'
import { explainRun, requireStep } from './explain-run.ts'
import { requireRun } from './find-run.ts'
import { localHome } from './home.ts'
import { localRule } from './local-context.ts'
import { requireLinux } from './require-linux.ts'
import { stepsOf } from './run-record.ts'
import { readRecords } from './run-records.ts'
import { sweepDead } from './sweep.ts'

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
