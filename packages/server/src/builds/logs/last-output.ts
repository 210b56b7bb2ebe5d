import type { LogReader } from '@harmont/logs'
import { lastBytes } from './log-facts.ts'

/**
 * Returns the end of what a job wrote to stdout and stderr, at most 64 KiB. Secrets in it are
 * masked, as in the log itself.
 */
export async function lastOutput(logs: LogReader, jobId: string): Promise<string> {
  return (await lastBytes(logs, jobId)).toString().replaceAll('\0', '')
}
