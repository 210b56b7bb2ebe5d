import type { RecordedStep, RunRecord } from '../records/run-record.ts'
import { localMinute } from '../terminal/amounts.ts'

/** As long as a run's file systems are kept, from its start on. */
const keptMs = 24 * 60 * 60_000

/** Whose file system a shell shows, and what becomes of it. */
export function introduction(
  run: Pick<RunRecord, 'number' | 'startedAt'>,
  step: RecordedStep,
  before: boolean,
): string {
  const kept = `kept until ${localMinute(run.startedAt + keptMs)}`
  const whose = before
    ? `what step ${step.key} of run ${run.number} started from, with the project's files as they are now`
    : `what step ${step.key} of run ${run.number} left (${ending(step)})`
  return `This is ${whose}, ${kept}. Changes made here are lost when it exits.`
}

function ending({ state, exitCode }: RecordedStep): string {
  if (state === 'timed_out') return 'timed out'
  return exitCode === null || exitCode === 0 ? state : `${state} with exit code ${exitCode}`
}
