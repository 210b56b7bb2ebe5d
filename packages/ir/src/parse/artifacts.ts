/** Reads the `artifacts` of a step (`ir.md` 1.3). */
import type { PlannedArtifact } from '../plan.ts'
import { readRelativePath } from './cache.ts'
import { below, member, type Reader } from './read.ts'

const KNOWN = new Set(['path', 'when', 'kind', 'expires_seconds', 'required'])
/** A year. */
const MAX_EXPIRES = 365 * 86_400

/** Returns undefined for a step without artifacts. */
export function readArtifacts(reader: Reader, value: unknown, at: string): readonly PlannedArtifact[] | undefined {
  const read = (entry: unknown, place: string) => readArtifact(reader, entry, place)
  const artifacts = reader.listOf(value, at, read, { max: 100 })
  return artifacts?.length === 0 ? undefined : artifacts
}

function readArtifact(reader: Reader, value: unknown, at: string): PlannedArtifact | undefined {
  const artifact = reader.object(value, at, { required: true })
  if (artifact === undefined) return undefined
  reader.unknownMembers(artifact, KNOWN, at)
  const of = (name: string) => [member(artifact, name), below(at, name)] as const
  const path = readRelativePath(reader, ...of('path'))
  const rest = {
    when: reader.word(...of('when'), ['passed', 'failed', 'always']) ?? 'passed',
    kind: reader.word(...of('kind'), ['file', 'junit', 'coverage']) ?? 'file',
    expiresSeconds: reader.integer(...of('expires_seconds'), 1, MAX_EXPIRES) ?? null,
    required: reader.boolean(...of('required')) ?? false,
  }
  return path === undefined ? undefined : { path, ...rest }
}
