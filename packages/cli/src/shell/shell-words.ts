import type { RecordedStep, RunRecord } from '../local/run-record.ts'

/** As long as a run's file systems are kept, from its start on. */
const keptMs = 24 * 60 * 60_000

/** Whose file system a shell shows, and what becomes of it. */
export function introduction(
  run: Pick<RunRecord, 'number' | 'startedAt'>,
  step: RecordedStep,
  before: boolean,
): string {
  const until = new Date(run.startedAt + keptMs)
  const day = `${until.getFullYear()}-${two(until.getMonth() + 1)}-${two(until.getDate())}`
  const kept = `kept until ${day} ${two(until.getHours())}:${two(until.getMinutes())}`
  const whose = before
    ? `what step ${step.key} of run ${run.number} started from, with the project's files as they are now`
    : `what step ${step.key} of run ${run.number} left (${ending(step)})`
  return `This is ${whose}, ${kept}. Changes made here are lost when it ends.`
}

function ending({ state, exitCode }: RecordedStep): string {
  if (state === 'timed_out') return 'its time was over'
  return exitCode === null || exitCode === 0 ? state : `${state} with exit code ${exitCode}`
}

function two(amount: number): string {
  return String(amount).padStart(2, '0')
}
