import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { endOf, type RunRecord, stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { cleanUpKilled } from '../sandboxes/clean-up.ts'
import { duration, localMinute } from '../terminal/amounts.ts'
import { printTable } from '../terminal/table.ts'

/** `hm history`: lists the project's runs on this machine. */
export const run: Handler<'history'> = async (context) => {
  const { cacheDirectory, directory, flags, global, output } = context
  await cleanUpKilled(context)
  const runs = readRecords(localHome(cacheDirectory).runs, directory).slice(0, flags.limit).map(presented)
  if (global.json) {
    await output.json({ data: runs })
    return exits.ok
  }
  const rows = runs.map(({ number, state, pipeline, branch, started_at, duration_ms, failed }) => [
    `#${number}`,
    state,
    pipeline,
    branch ?? '',
    localMinute(Date.parse(started_at)),
    duration_ms === null ? '' : duration(duration_ms),
    failed.join(', '),
  ])
  await printTable(output, ['RUN', 'STATE', 'PIPELINE', 'BRANCH', 'STARTED', 'TOOK', 'FAILED'], rows)
  if (rows.length === 0) output.say('no run of this project on this machine yet; hm run starts one')
  return exits.ok
}

function presented({ number, slug, branch, commit, message, startedAt, retryOf, events }: RunRecord) {
  const end = endOf(events)
  const failed = stepsOf(events).filter(
    ({ state, softFailed }) => (state === 'failed' || state === 'timed_out') && !softFailed,
  )
  return {
    number,
    state: end?.state ?? 'running',
    pipeline: slug,
    branch,
    commit,
    message,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: end?.duration_ms ?? null,
    retry_of: retryOf,
    failed: failed.map(({ key }) => key),
  }
}
