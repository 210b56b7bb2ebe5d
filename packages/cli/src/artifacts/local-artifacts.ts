import type { ListedArtifact } from './choose.ts'
import type { OpenBytes } from './steady-bytes.ts'
import type { LocalTarget } from './target.ts'

/** An artifact of a run of this machine. */
export interface LocalArtifact extends ListedArtifact {
  readonly kind: string
  readonly open: OpenBytes
}

/** Reads what the steps of a run left. A later attempt replaces what an earlier one left. */
export async function localArtifacts({ home, run }: LocalTarget): Promise<readonly LocalArtifact[]> {
  // Loads the engine, which a build of a server does without.
  const { readArtifact, recordedArtifacts } = await import('../records/recorded-artifacts.ts')
  const recorded = await recordedArtifacts(home, run.record)
  const last = new Map(recorded.map((artifact) => [`${artifact.step}\n${artifact.path}`, artifact]))
  return [...last.values()].map((artifact) => ({
    ...{ id: `${artifact.step}/${artifact.path}`, step: artifact.step, path: artifact.path, kind: artifact.kind },
    ...{ bytes: artifact.bytes, sha256: artifact.sha256, isExpired: false },
    open: async () => ({ start: 0, bytes: readArtifact(home, artifact) }),
  }))
}
