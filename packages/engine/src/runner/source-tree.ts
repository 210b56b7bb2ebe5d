import { Readable } from 'node:stream'
import { SandboxError, type SourceTreeRef } from '@harmont/sandbox'
import type { JobContext } from './job-context.ts'
import { persist } from './persist.ts'

/** SHA-256 of no bytes: the archive of an empty tree. */
const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/**
 * The build's source tree, unpacked on this machine; null when it is empty and an empty one is not wanted. Fails with SandboxError `source_invalid`.
 */
export async function sourceTree(
  { options, settings, lease, sources }: JobContext,
  wantsEmpty: boolean,
): Promise<SourceTreeRef | null> {
  const { port, log } = options
  const { buildId } = lease.job
  const archive = await persist(() => port.fetchSource(buildId), {
    signal: lease.signal,
    giveUpMs: settings.giveUpMs,
    onFailure: (error) => log('warn', `build ${buildId}: its source could not be asked for`, error),
  })
  if (archive?.kind === 'git') throw new SandboxError('source_invalid', 'This runner has no git mirror yet.')
  if (archive === null && !wantsEmpty) return null
  return sources.get({
    sha256: archive?.sha256 ?? nothing,
    archive: () => archive?.open() ?? Readable.from([]),
    limits: settings.sourceLimits,
  })
}
