import type { FrozenFiles } from '@harmont/sandbox'
import type { JobContext } from '../runner/job-context.ts'
import { persist } from '../runner/retry.ts'
import type { Artifact } from './artifact.ts'
import { segmentsOf } from './pack-files.ts'

/** Reason why the store has no room for the artifacts, as a sentence; null when they are stored. */
export type Refusal = string | null

/**
 * Sends the parts of artifacts that the store lacks. Calls `show` only if the store lacks any.
 * While the store is unreachable, retries for as long as a report is retried. Then throws the last
 * error. Throws the reason of `stop` when that aborts.
 */
export async function storeParts(
  context: Pick<JobContext, 'options' | 'settings' | 'lease' | 'transfers'>,
  artifacts: readonly Artifact[],
  show: (use: (files: Pick<FrozenFiles, 'read'>) => Promise<void>) => Promise<void>,
  stop: AbortSignal,
): Promise<Refusal> {
  const { options, settings, lease, transfers } = context
  const { port, log } = options
  const { job } = lease
  const retrying = {
    signal: stop,
    giveUpMs: settings.giveUpMs,
    onFailure: (error: unknown) => log('warn', `job ${job.jobId}: its artifacts could not be stored; retrying`, error),
  }
  const held = <T>(answer: T | null | false): T => {
    if (answer !== null && answer !== false) return answer
    lease.lose()
    throw lease.signal.reason
  }
  const segments = segmentsOf(artifacts)
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0)
  const wanted = { digests: [...segments.keys()], bytes }
  const answer = held(await persist(() => port.lackingParts(job, wanted), retrying))
  if (answer.kind === 'refused') return answer.message
  if (answer.digests.length === 0) return null
  const send = (files: Pick<FrozenFiles, 'read'>, digest: string) =>
    transfers.send(stop, async (buffer) => {
      const part = await files.read(segments.get(digest) ?? [], buffer)
      held(await persist(() => port.putPart(job, digest, part), retrying))
    })
  await transfers.during(() =>
    show(async (files) => {
      for (const digest of answer.digests) await send(files, digest)
    }),
  )
  return null
}
