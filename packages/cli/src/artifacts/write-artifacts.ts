import type { ListedArtifact } from './choose.ts'
import { placeOfArtifact } from './place.ts'
import type { OpenBytes } from './steady-bytes.ts'
import { writeFileBelow } from './write-file.ts'

/** Number of concurrent downloads: most artifacts are small, so latency dominates. */
const atOnce = 8

interface Writing<T> {
  readonly open: (artifact: T) => OpenBytes
  readonly onWritten?: (artifact: T, file: string) => Promise<void>
  readonly signal: AbortSignal
}

/** Writes artifacts below a directory, each into a directory for its step. */
export async function writeArtifacts<T extends ListedArtifact>(
  root: string,
  artifacts: readonly T[],
  { open, onWritten, signal }: Writing<T>,
): Promise<void> {
  const next = artifacts.values()
  // A failure also stops the other downloads. Their drafts stay for the next call.
  const failure = new AbortController()
  const until = AbortSignal.any([signal, failure.signal])
  const work = async () => {
    for (const artifact of next) {
      const file = placeOfArtifact(root, artifact)
      await writeFileBelow(root, file, artifact, open(artifact), until)
      await onWritten?.(artifact, file)
    }
  }
  const working = Array.from({ length: atOnce }, () =>
    work().catch((error: unknown) => {
      failure.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(working)
  await Promise.all(working)
}
