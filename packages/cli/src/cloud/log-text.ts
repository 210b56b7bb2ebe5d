import { once } from 'node:events'
import type { CloudClient } from '@harmont/cloud'
import type { Output } from '../command.ts'

/** Copies what a job has written so far to stdout, byte for byte; memory does not grow with it. */
export async function copyLog(
  client: CloudClient,
  jobId: string,
  { stdout }: Output,
  signal: AbortSignal,
): Promise<void> {
  const response = await client.getJobLogText({ job_id: jobId }, { signal })
  for await (const chunk of response.body ?? [])
    if (!stdout.stream.write(chunk)) await once(stdout.stream, 'drain', { signal })
}
