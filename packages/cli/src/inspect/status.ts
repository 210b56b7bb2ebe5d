import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { localHome } from '../records/home.ts'
import type { RunRecord } from '../records/run-record.ts'
import { localMinute } from '../terminal/amounts.ts'
import { span } from '../terminal/span.ts'
import { charsetFor } from '../view/charset.ts'
import { frame, layOut } from '../view/frame.ts'
import type { Run, Tests } from '../view/run-model.ts'
import { summary } from '../view/summary.ts'
import { replayRun } from './replay-run.ts'

/** Shows the view of a local run, in its final or current state. */
export async function localStatus(context: Context<'status'>, record: RunRecord): Promise<ExitCode> {
  const { cacheDirectory, env, global, output } = context
  const run = replayRun(localHome(cacheDirectory).runs, record)
  if (global.json) {
    await output.json(presented(record, run))
    return exits.ok
  }
  const charset = charsetFor(env)
  const earlier = { durations: new Map<string, number>(), parallelism: undefined }
  const width = output.stdout.columns()
  const { number, slug, branch, startedAt } = record
  const of = `${slug}${branch === null ? '' : ` on ${branch}`}`
  await output.print([span(`run ${number} of ${charset.text(of)}, started ${localMinute(startedAt)}`, 'bold')])
  const options = { charset, width, height: Number.POSITIVE_INFINITY, now: Date.now(), earlier }
  for (const line of frame(run, layOut(run, charset), options)) await output.print(line)
  const ending = summary(run, { charset, earlier, width })
  for (const line of ending.length === 0 ? [] : [[], ...ending]) await output.print(line)
  return exits.ok
}

function testsOf({ passed, failed, skipped, failures }: Tests) {
  return { passed, failed, skipped, failures }
}

function presented({ number, slug, branch, commit, message, startedAt }: RunRecord, { steps, end }: Run) {
  return {
    number,
    pipeline: slug,
    state: end?.state ?? 'running',
    branch,
    commit,
    message,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: end?.duration_ms ?? null,
    error_code: end?.error_code ?? null,
    steps: steps.map((step) => ({
      key: step.key,
      name: step.name,
      state: step.state,
      soft_failed: step.softFailed,
      cached: step.cached,
      attempt: step.attempt,
      exit_code: step.exitCode,
      duration_ms: step.durationMs,
      error_code: step.errorCode,
      message: step.message,
      annotations: step.annotations.map(({ name, style, markdown }) => ({ name, style, markdown })),
      tests: step.tests && testsOf(step.tests),
    })),
  }
}
