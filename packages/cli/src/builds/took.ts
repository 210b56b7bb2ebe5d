import { duration } from '../terminal/amounts.ts'

interface Ended {
  readonly finished_at?: string | null | undefined
  readonly run_ms: number | null
}

/** How long a build ran, once it has ended: without the time in which it was over before it was tried again. */
export function tookOf({ finished_at, run_ms }: Ended): string {
  return finished_at && run_ms !== null ? duration(run_ms) : ''
}
