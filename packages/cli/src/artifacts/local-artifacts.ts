import type { ListedArtifact } from './choose.ts'
import type { OpenBytes } from './steady-bytes.ts'
import type { LocalTarget } from './target.ts'

/** An artifact of a local run. */
export interface LocalArtifact extends ListedArtifact {
  readonly kind: string
  readonly open: OpenBytes
}

/** Reads the artifacts of a run's steps. Artifacts of a later attempt replace earlier ones. */
export async function localArtifacts({ home, run }: LocalTarget): Promise<readonly LocalArtifact[]> {
  // Imports the engine on demand; remote builds do not need it.
  const { readArtifact, recordedArtifacts } = await import('../records/recorded-artifacts.ts')
  const recorded = await recordedArtifacts(home, run.record)
  const last = new Map(recorded.map((artifact) => [`${artifact.step}\n${artifact.path}`, artifact]))
  return [...last.values()].map((artifact) => ({
    ...{ id: `${artifact.step}/${artifact.path}`, step: artifact.step, path: artifact.path, kind: artifact.kind },
    ...{ bytes: artifact.bytes, sha256: artifact.sha256, isExpired: false },
    open: async () => ({ start: 0, bytes: readArtifact(home, artifact) }),
  }))
}
