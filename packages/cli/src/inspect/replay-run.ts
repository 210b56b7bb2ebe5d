import { RecordedLog } from '../records/recorded-log.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import { runFiles } from '../records/run-records.ts'
import { fold } from '../view/fold.ts'
import { newRun, type Run } from '../view/run-model.ts'

/**
 * Returns a recorded run in its current state, with the failures found in logs of failed steps.
 * @param isRead selects by key the steps whose logs are read.
 */
export function replayRun(
  runs: string,
  { record, events }: RunRecord,
  isRead: (key: string) => boolean = () => true,
): Run {
  const run = newRun()
  const slots = new Map(stepsOf(events).map(({ id }, slot) => [id, slot]))
  for (const event of events) {
    // Logs are stored in separate files.
    if (event.kind === 'step_end' && event.state !== 'passed') {
      const { step_id } = event
      const step = run.byId.get(step_id)
      if (step !== undefined && isRead(step.key)) {
        const log = new RecordedLog(runFiles(runs, record).log(slots.get(step_id) ?? 0, step.attempt))
        for (const line of log.more()) fold(run, { kind: 'step_log', step_id, ...line })
        for (const line of log.rest()) fold(run, { kind: 'step_log', step_id, ...line })
      }
    }
    fold(run, event)
  }
  return run
}
