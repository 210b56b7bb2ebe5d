import type { Job } from '@harmont/engine'

/** A log whose packing is due, as `unpacked_logs` has it. */
export interface UnpackedRecord {
  readonly job_id: string
  /** A delay, as PostgreSQL reads it. */
  readonly delay: string
}

/**
 * Logs of jobs that ended for good. One that was skipped, or ended before anybody had leased it, may be put back to waiting, and then its log goes on. What rendering
 * warns of is added right after its end (`local-port.ts` of the engine), which an hour is enough for.
 */
export function unpackedLogs(endedJobs: readonly Job[]): readonly UnpackedRecord[] {
  return endedJobs
    .filter(({ state, fence }) => state !== 'skipped' && fence > 0)
    .map(({ id, step }) => ({ job_id: id, delay: step === null ? '1 hour' : '0' }))
}
