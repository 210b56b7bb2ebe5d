import type { Build } from '@harmont/engine'
import { coversFile, pathProblem } from '@harmont/ir'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { apiError, attachment, type Cursors, type Handlers, operation, queryError } from '../../platform/http/index.ts'
import { isNotModified, rangeHeaders, readRange } from '../../platform/input/byte-range.ts'
import { toPage } from '../../platform/pagination/page.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { loadBuild } from '../engine/load-build.ts'
import { requireBuild } from '../records/require-build.ts'
import { openFile } from './part-store.ts'
import { type ArtifactPlace, presentArtifact, readArtifactId } from './present-artifact.ts'
import {
  type ArtifactRow,
  type ArtifactWithParts,
  artifactsOfJobs,
  findArtifact,
  isKeptLonger,
  listArtifactsOf,
} from './store.ts'
import { type ZipEntry, zipNames, zipOf } from './zip-artifacts.ts'

export interface ArtifactServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly engine: BuildEngine
  readonly cursors: Cursors
  readonly settings: Pick<Settings, 'artifactRetentionDays'>
}

/** The maximum number of files in one archive. */
const mostZipped = 100_000

/** The routes of a build's artifacts. */
export function artifactRoutes(
  services: ArtifactServices,
): Pick<Handlers, 'listArtifacts' | 'getArtifact' | 'downloadArtifacts'> {
  const { pool, blobs, engine, cursors, settings } = services
  return {
    listArtifacts: operation('listArtifacts', async ({ membership, params, query: { limit, cursor } }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const list = { operationId: 'listArtifacts', owner: membership.organizationId, filters: { build: build.id } }
      const key = cursors.decode(list, cursor)
      const after = key && { path: String(key[0]), jobId: String(key[1]), position: Number(key[2]) }
      const rows = await listArtifactsOf(pool, build.id, after, limit + 1)
      const place: ArtifactPlace = {
        jobs: await jobsOf(engine, build.id),
        keptDays: settings.artifactRetentionDays,
        isKeptLonger: await isKeptLonger(pool, build.id),
      }
      const keyOf = ({ path, job_id, position }: ArtifactRow) => [path, job_id, position]
      const present = (row: ArtifactRow) => presentArtifact(row, place)
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf, present }) }
    }),
    getArtifact: operation('getArtifact', async ({ membership, params, header }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const id = readArtifactId(params.artifact_id)
      const found = id && (await findArtifact(pool, build.id, id))
      if (found === undefined) throw apiError('artifact_not_found', 'Artifact not found in this build.')
      if (found.expired_at !== null) throw expired(found, found.expired_at)
      const { bytes, path } = found
      const etag = `"${found.sha256}"`
      const facts = {
        etag,
        'content-type': 'application/octet-stream',
        'content-disposition': attachment(path.split('/').at(-1) ?? path),
      }
      if (isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
      const range = readRange(header('range'), bytes, facts)
      return {
        status: range === null ? 200 : 206,
        headers: { ...facts, ...rangeHeaders(range, bytes) },
        mediaType: 'application/octet-stream',
        open: () => openFile(pool, blobs, found, range ?? undefined),
      }
    }),
    downloadArtifacts: operation('downloadArtifacts', async ({ membership, params, query }) => {
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      if (query.path !== undefined && pathProblem(query.path) !== undefined)
        throw queryError('path', `must be a path or a glob inside the workspace; got ${pathProblem(query.path)}`)
      const loaded = await loadBuild(engine, build.id)
      const entries = zipEntries(services, loaded, await chooseArtifacts(services, loaded, query.path))
      const name = `${membership.organizationSlug}-${pipeline.slug}-${build.number}.zip`
      return {
        status: 200,
        headers: { 'content-disposition': attachment(name) },
        mediaType: 'application/zip',
        open: () => zipOf(entries),
      }
    }),
  }
}

/** Returns the unexpired artifacts of the newest attempts under a path. */
async function chooseArtifacts(
  { pool }: ArtifactServices,
  { id, jobs }: Build,
  path: string | undefined,
): Promise<readonly ArtifactWithParts[]> {
  const chosen: ArtifactWithParts[] = []
  let gone: Error | null = null
  const newest = jobs.map((job) => job.id)
  for await (const row of artifactsOfJobs(pool, id, newest)) {
    if (path !== undefined && !coversFile(path, row.path)) continue
    if (row.expired_at === null) chosen.push(row)
    else gone ??= expired(row, row.expired_at)
    if (chosen.length > mostZipped)
      throw queryError('path', `must name at most ${mostZipped} artifacts; choose some with a directory or a glob`)
  }
  if (chosen.length > 0) return chosen
  throw gone ?? apiError('artifact_not_found', 'No artifact of this build has such a path.')
}

function zipEntries(
  { pool, blobs }: ArtifactServices,
  build: Build,
  rows: readonly ArtifactWithParts[],
): readonly ZipEntry[] {
  const keys = stepKeys(build)
  const nameOf = zipNames()
  return rows.map((row) => ({
    name: nameOf(keys.get(row.job_id)?.stepKey ?? '', row.path),
    bytes: row.bytes,
    at: row.created_at,
    open: () => openFile(pool, blobs, row),
  }))
}

function expired({ path }: ArtifactRow, at: Date): Error {
  return apiError(
    'artifact_expired',
    `The artifact ${path} expired on ${at.toISOString().slice(0, 10)}, and its bytes were removed. Run its step again to recreate it.`,
  )
}

async function jobsOf(engine: BuildEngine, buildId: string): Promise<ArtifactPlace['jobs']> {
  const { steps } = await loadBuild(engine, buildId)
  return stepKeys({ steps, jobs: await engine.store.builds.jobs(buildId) })
}

function stepKeys({ steps, jobs }: Pick<Build, 'steps' | 'jobs'>): ArtifactPlace['jobs'] {
  return new Map(
    jobs.map(({ id, step, attempt }) => [id, { stepKey: (step !== null && steps[step]?.key) || '', attempt }]),
  )
}
