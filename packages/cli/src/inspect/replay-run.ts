import { RecordedLog } from '../records/recorded-log.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import { runFiles } from '../records/run-records.ts'
import { fold } from '../view/fold.ts'
import { newRun, type Run } from '../view/run-model.ts'

/** Returns a recorded run in its current state, with the last lines of failed steps. */
export function replayRun(runs: string, { record, events }: RunRecord): Run {
  const run = newRun()
  const slots = new Map(stepsOf(events).map(({ id }, slot) => [id, slot]))
  for (const event of events) {
    // Logs are files of their own.
    if (event.kind === 'step_end' && event.state !== 'passed') {
      const { step_id } = event
      const attempt = run.byId.get(step_id)?.attempt ?? 1
      const log = new RecordedLog(runFiles(runs, record).log(slots.get(step_id) ?? 0, attempt))
      for (const line of log.more()) fold(run, { kind: 'step_log', step_id, ...line })
      for (const line of log.rest()) fold(run, { kind: 'step_log', step_id, ...line })
    }
    fold(run, event)
  }
  return run
}
