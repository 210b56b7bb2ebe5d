import { createHash } from 'node:crypto'

/**
 * Returns the id of the log of a job's service: a UUID of version 8. The id is derived from the job
 * and the name, so the logs of services are known from their job.
 */
export function serviceLogId(jobId: string, name: string): string {
  const digest = createHash('sha256').update(`service\0${jobId}\0${name}`).digest()
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  const hex = digest.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** State of a service's stored log. */
export interface OpenServiceLog {
  readonly lastSeq: number
  readonly spoolPosition: string
  /** Number of output bytes in the log. */
  readonly logBytes: number
}
