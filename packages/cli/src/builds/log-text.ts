import { once } from 'node:events'
import type { CloudClient } from '@harmont/cloud'
import type { Output } from '../context.ts'
import { LineSplitter } from '../events/line-splitter.ts'

/** Copies what a job has written so far to stdout: byte for byte, or line by line where a terminal would act upon it. Memory does not grow with it. */
export async function copyLog(
  client: CloudClient,
  jobId: string,
  { stdout, print }: Output,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await client.getJobLogText({ job_id: jobId }, { signal })
  if (!stdout.isTerminal) {
    for await (const chunk of body ?? [])
      if (!stdout.stream.write(chunk)) await once(stdout.stream, 'drain', { signal })
    return
  }
  const splitter = new LineSplitter()
  for await (const chunk of body ?? [])
    for (const { line } of splitter.push({ seq: 0, kind: 0, content: Buffer.from(chunk), ts: null })) await print(line)
  for (const { line } of splitter.rest()) await print(line)
}
