import type { Database } from '../../platform/database/transaction.ts'
import { isNewestPass } from './newest-pass.ts'
import type { PlaceInParts } from './part-store.ts'

/** An artifact as it is stored. Positions count from 0 within each job. */
export interface ArtifactRow {
  readonly job_id: string
  readonly position: number
  readonly path: string
  readonly kind: string
  readonly bytes: number
  readonly sha256: string
  readonly created_at: Date
  /** null: the server's default time. */
  readonly expires_seconds: number | null
  readonly expired_at: Date | null
}

const columns =
  'a.job_id, a.position, a.path, a.kind, a.bytes::float8 as bytes, a.sha256, a.created_at, a.expires_seconds::float8 as expires_seconds, a.expired_at'

/** The position of an artifact in its build's list. */
export interface ArtifactKey {
  readonly path: string
  readonly jobId: string
  readonly position: number
}

/** Lists artifacts of a build by path, after a key. */
export async function listArtifactsOf(
  database: Database,
  buildId: string,
  after: ArtifactKey | null,
  limit: number,
): Promise<readonly ArtifactRow[]> {
  const { rows } = await database.query<ArtifactRow>({
    name: 'list-artifacts',
    text: listArtifactsText,
    values: [buildId, ...keyValues(after), limit],
  })
  return rows
}

const page = 5_000
const lowestId = '00000000-0000-0000-0000-000000000000'
const isAfter = '(a.path, a.job_id, a.position) > ($2, $3, $4)'

function keyValues(after: ArtifactKey | null): readonly [string, string, number] {
  return [after?.path ?? '', after?.jobId ?? lowestId, after?.position ?? -1]
}

const listArtifactsText = `select ${columns} from engine.artifacts a
  where a.build_id = $1 and ${isAfter} order by a.path, a.job_id, a.position limit $5`

export interface ArtifactWithParts extends ArtifactRow, PlaceInParts {}

/** Finds an artifact of a build. */
export async function findArtifact(
  database: Database,
  buildId: string,
  { jobId, position }: Omit<ArtifactKey, 'path'>,
): Promise<ArtifactWithParts | undefined> {
  const { rows } = await database.query<ArtifactWithParts>({
    name: 'find-artifact',
    text: `select ${columns}, a.parts, a.part_offset from engine.artifacts a where a.job_id = $2 and a.position = $3 and a.build_id = $1`,
    values: [buildId, jobId, position],
  })
  return rows[0]
}

/** Yields the artifacts of these jobs of a build, by path. */
export async function* artifactsOfJobs(
  database: Database,
  buildId: string,
  jobIds: readonly string[],
): AsyncGenerator<ArtifactWithParts> {
  for (let after: ArtifactKey | null = null; ; ) {
    const { rows }: { rows: ArtifactWithParts[] } = await database.query<ArtifactWithParts>({
      name: 'artifacts-of-jobs',
      text: `select ${columns}, a.parts, a.part_offset from engine.artifacts a
              where a.build_id = $1 and a.job_id = any($5) and ${isAfter} order by a.path, a.job_id, a.position limit $6`,
      values: [buildId, ...keyValues(after), jobIds, page],
    })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return
    after = { path: last.path, jobId: last.job_id, position: last.position }
  }
}

/** Whether the default retention does not apply to the build's artifacts at present. */
export async function isKeptLonger(database: Database, buildId: string): Promise<boolean> {
  const { rows } = await database.query<{ longer: boolean }>({
    name: 'is-newest-pass',
    text: `select ${isNewestPass('$1')} as longer`,
    values: [buildId],
  })
  return rows[0]?.longer === true
}
