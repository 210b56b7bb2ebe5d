import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Handler } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { findRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { isAlive, pidOf } from '../records/process-mark.ts'
import { endOf, type RunRecord } from '../records/run-record.ts'
import { readRecord, readRecords } from '../records/run-records.ts'
import { isOnServer } from './target.ts'

const lookAgainMs = 100

/** `hm cancel`: cancels the run in progress on this machine, or a build of the server. */
export const run: Handler<'cancel'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const home = localHome(cacheDirectory)
  const here =
    args.build === undefined ? readRecords(home.runs, directory).find(isRunning) : findRun(home, directory, args.build)
  if (flags.pipeline === undefined && here !== undefined && isRunning(here)) return cancelHere(context, home.runs, here)
  // A build may have the same number as an ended run on this machine.
  const asked = { pipeline: flags.pipeline, build: args.build ?? 'newest', isHere: false }
  if (await isOnServer(context, asked)) {
    const { cancelOnServer } = await import('../builds/builds.ts')
    return cancelOnServer(context)
  }
  if (here !== undefined) {
    await tell(context, here, { state: endOf(here.events)?.state ?? 'failed', isCanceled: false }, 'has already ended')
    return exits.ok
  }
  const message = args.build === undefined ? 'nothing is running here' : `there is no run ${args.build} on this machine`
  throw new HmError(exits.notFound, 'run_not_found', message, {
    fix: 'hm history lists the runs; hm login signs in to cancel builds on the server',
  })
}

function nameOf({ number, slug }: RunRecord): string {
  return `run ${number} of ${slug}`
}

/** Prints the state of a run, as text or JSON. */
async function tell(
  { global, output }: Pick<Context, 'global' | 'output'>,
  run: RunRecord,
  { state, isCanceled }: { readonly state: string; readonly isCanceled: boolean },
  verb?: string,
): Promise<void> {
  const { number, slug: pipeline } = run
  if (global.json) await output.json({ number, pipeline, state, canceled: isCanceled })
  else output.say(`${nameOf(run)}${verb === undefined ? '' : ` ${verb}`}: ${state}`)
}

function isRunning({ events, process }: RunRecord): boolean {
  return endOf(events) === null && isAlive(process)
}

/** Cancels the run like Ctrl-C in its own terminal. */
async function cancelHere(context: Context<'cancel'>, runs: string, run: RunRecord): Promise<ExitCode> {
  const { ask, global, output, signal } = context
  const named = nameOf(run)
  const { record, process: mark } = run
  if (!(await ask.confirm({ message: `Cancel ${named}?`, flag: '--yes' }))) {
    if (global.json) await tell(context, run, { state: 'running', isCanceled: false })
    else output.say(`${named} was not canceled`)
    return exits.ok
  }
  // The run may have ended during the question.
  if (isAlive(mark)) process.kill(pidOf(mark), 'SIGINT')
  for (;;) {
    const now = readRecord(runs, record)
    const state = now === undefined ? 'canceled' : endOf(now.events)?.state
    if (state !== undefined || !isAlive(mark)) {
      await tell(context, run, { state: state ?? 'canceled', isCanceled: (state ?? 'canceled') === 'canceled' })
      return exits.ok
    }
    await sleep(lookAgainMs, undefined, { signal })
  }
}
