import { explainOnServer } from '../cloud/cache-explain.ts'
import type { Handler } from '../command.ts'
import { exits, HmError } from '../errors.ts'
import { explainStep } from './explain-step.ts'
import { requireRun } from './find-run.ts'
import { localHome } from './home.ts'
import { readIdentity } from './identity.ts'
import { localRule } from './local-context.ts'
import { requireLinux } from './require-linux.ts'
import { stepsOf } from './run-record.ts'
import { readRecords, runFiles } from './run-records.ts'
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
  const { runs } = localHome(cacheDirectory)
  const last = requireRun(localHome(cacheDirectory), directory, undefined)
  const own = readRecords(runs).filter((run) => run.directory === directory && run.slug === last.slug)
  const withStep = own.flatMap(({ number, events }) => {
    const identity = readIdentity(runFiles(runs, number).identity)
    return identity.has(args.step) ? [{ number, events, identity }] : []
  })
  const [now, before] = withStep
  if (now === undefined)
    throw new HmError(exits.notFound, 'step_not_found', `no run of ${last.slug} has a step ${args.step}`, {
      fix: `its steps are ${stepsOf(last.events)
        .map(({ key }) => key)
        .join(', ')}`,
    })
  const { cachedFrom = null, state } = stepsOf(now.events).find(({ key }) => key === args.step) ?? { state: 'waiting' }
  const isCached = now.identity.get(args.step)?.cacheKey != null
  const changes = before === undefined ? [] : explainStep(args.step, before.identity, now.identity)
  if (global.json) {
    await output.json({
      step: args.step,
      run: now.number,
      state,
      cached_from: cachedFrom,
      cached: isCached,
      compared_with: before?.number ?? null,
      changes,
      rule: localRule,
    })
    return exits.ok
  }
  const what = cachedFrom === null ? `ran (${state})` : `was found in the cache, made by ${cachedFrom}`
  await output.print(`${args.step} in run ${now.number}: ${what}`)
  if (!isCached) await output.print('it has no cache policy, or is run again by hm retry: it always runs')
  if (before === undefined) await output.print('there is no earlier run to compare with')
  else if (changes.length === 0) await output.print(`nothing of it changed since run ${before.number}`)
  else {
    await output.print(`since run ${before.number}:`)
    for (const change of changes) await output.print(`  ${change}`)
  }
  await output.print(`whose entries: ${localRule}`)
  return exits.ok
}
