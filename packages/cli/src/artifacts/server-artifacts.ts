import { allPages, type BuildAddress, type Schemas } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import type { Session } from '../server/session.ts'
import type { ListedArtifact } from './choose.ts'
import type { OpenBytes } from './steady-bytes.ts'
import { writeArtifacts } from './write-artifacts.ts'

export type ServerArtifact = Schemas['Artifact']

/** Reads the artifacts of all attempts of a build, by path. */
export function serverArtifacts(
  { client }: Session,
  address: BuildAddress,
  { signal }: Pick<Context, 'signal'>,
): Promise<readonly ServerArtifact[]> {
  return Array.fromAsync(allPages((page) => client.listArtifacts({ ...address, ...page, limit: 1000 }, { signal })))
}

/** Returns the artifacts of the last attempt of each step. */
export function ofLastAttempts(artifacts: readonly ServerArtifact[]): readonly ServerArtifact[] {
  const last = new Map<string, number>()
  for (const { step_key, attempt } of artifacts) last.set(step_key, Math.max(last.get(step_key) ?? 0, attempt))
  return artifacts.filter(({ step_key, attempt }) => attempt === last.get(step_key))
}

export function listedArtifact({
  id,
  step_key: step,
  path,
  bytes,
  sha256,
  expired_at,
}: ServerArtifact): ListedArtifact {
  return { id, step, path, bytes, sha256, isExpired: expired_at !== null }
}

/** Writes a remote build's artifacts below a directory; see `writeArtifacts`. */
export async function writeServerArtifacts(
  session: Session,
  address: BuildAddress,
  directory: string,
  context: Pick<Context, 'signal'>,
): Promise<void> {
  const artifacts = ofLastAttempts(await serverArtifacts(session, address, context)).map(listedArtifact)
  const open = ({ id }: ListedArtifact) => openOnServer(session, address, id, context)
  await writeArtifacts(
    directory,
    artifacts.filter(({ isExpired }) => !isExpired),
    { open, signal: context.signal },
  )
}

/** Returns a function that reads a remote artifact from an offset. */
export function openOnServer(
  { client }: Session,
  address: BuildAddress,
  id: string,
  { signal }: Pick<Context, 'signal'>,
): OpenBytes {
  return async (from) => {
    const headers: Readonly<Record<string, string>> = from === 0 ? {} : { range: `bytes=${from}-` }
    const { status, body } = await client.getArtifact({ ...address, artifact_id: id }, { headers, signal, attempts: 1 })
    if (body === null) throw new HmError(exits.unavailable, 'unexpected_answer', 'the server sent no bytes')
    return { start: status === 206 ? from : 0, bytes: body }
  }
}
