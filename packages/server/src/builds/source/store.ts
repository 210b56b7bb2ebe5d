import type { Database } from '../../platform/database/transaction.ts'

interface SourceRow {
  readonly source_blob: string | null
  readonly runner_token_hash: string | null
}

/** Finds the source of a build. A token that is older than a day is not valid. */
export async function findSource(database: Database, buildId: string): Promise<SourceRow | undefined> {
  const { rows } = await database.query<SourceRow>({
    name: 'find-source',
    text: `select source_blob, case when created_at > now() - interval '24 hours' then runner_token_hash end as runner_token_hash
             from build_records where id = $1`,
    values: [buildId],
  })
  return rows[0]
}

/** An archive in the blob store. */
export interface Archive {
  readonly blob: string
  readonly sha256: string
}

/** Finds the archive fetched for a build; undefined if there is none yet. */
export async function findArchive(database: Database, buildId: string): Promise<Archive | undefined> {
  const { rows } = await database.query<Archive>({
    name: 'find-archive',
    text: `select source_blob as blob, source_sha256 as sha256 from build_records
            where id = $1 and source_blob is not null and source_sha256 is not null`,
    values: [buildId],
  })
  return rows[0]
}

/** Finds the SHA-256 of a fetched archive, even if it was removed; null if none was fetched. */
export async function findDigest(database: Database, buildId: string): Promise<string | null> {
  const { rows } = await database.query<{ source_sha256: string | null }>(
    'select source_sha256 from build_records where id = $1',
    [buildId],
  )
  return rows[0]?.source_sha256 ?? null
}

/** Stores a fetched archive, unless one is stored already. Returns the stored one. */
export async function keepArchive(database: Database, buildId: string, archive: Archive): Promise<Archive> {
  const { rows } = await database.query<Archive>(
    `update build_records set source_blob = coalesce(source_blob, $2), source_sha256 = case when source_blob is null then $3 else source_sha256 end, source_removed_at = null
      where id = $1 returning source_blob as blob, source_sha256 as sha256`,
    [buildId, archive.blob, archive.sha256],
  )
  const [kept] = rows
  if (kept === undefined) throw new Error(`the build ${buildId} was deleted while its source was being fetched`)
  return kept
}
