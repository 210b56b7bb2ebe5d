/** Stores the outputs of steps: all results except their file systems. */
import type { EgressNames } from '@harmont/sandbox'
import type pg from 'pg'
import type { Artifact } from '../artifacts/artifact.ts'
import type { Instant } from '../core/model.ts'
import { type Annotation, annotationId, type BuildAnnotation, withinBuild } from '../step-output.ts'
import type { JobOutput, OutputStore } from '../store.ts'
import { takeReports } from './tests/test-reports.ts'
import { storable } from './values.ts'

/** A step's output. The reports of the step are written already but not visible yet. */
export interface WrittenOutput extends JobOutput {
  /** Ids of its test reports. */
  readonly reports: readonly string[]
}

/** The output of a step whose end is part of the open transaction. */
export interface EndedStep extends WrittenOutput {
  readonly step: number
  readonly at: Instant
}

/**
 * Writes a step's output in the client's open transaction, which has the build's row locked.
 * Replaces the output of an earlier attempt. Returns remarks about the parts that were left out.
 */
export async function writeStepOutput(
  client: pg.ClientBase,
  buildId: string,
  ended: EndedStep,
): Promise<readonly string[]> {
  await writeArtifacts(client, buildId, ended)
  await takeReports(client, ended.reports, ended.at)
  await writeEgress(client, buildId, ended)
  return writeAnnotations(client, buildId, ended)
}

/** Writes the artifacts of an attempt, and keeps those of earlier ones. */
async function writeArtifacts(
  client: pg.ClientBase,
  buildId: string,
  { jobId, output: { artifacts } }: EndedStep,
): Promise<void> {
  if (artifacts.length === 0) return
  await client.query({
    name: 'engine-write-artifacts',
    text: `insert into engine.artifacts (build_id, job_id, position, path, kind, bytes, sha256, parts, part_offset, expires_seconds)
      select $1, $2, r.* from json_to_recordset($3::json) as r(position int, path text, kind text, bytes bigint,
        sha256 text, parts text[], part_offset int, expires_seconds bigint)`,
    values: [buildId, jobId, JSON.stringify(artifacts.map(artifactRecord))],
  })
}

/** Writes the hosts of an attempt, and keeps those of earlier ones. */
async function writeEgress(
  client: pg.ClientBase,
  buildId: string,
  { jobId, output: { egress } }: EndedStep,
): Promise<void> {
  if (egress === undefined) return
  const { isBound, isWhole, used, refused } = egress
  await client.query({
    name: 'engine-write-egress',
    text: `insert into engine.egress_names (job_id, build_id, is_bound, is_whole, used, refused)
      values ($1, $2, $3, $4, $5, $6)`,
    values: [jobId, buildId, isBound, isWhole, used, refused],
  })
}

function artifactRecord({ offset, expiresSeconds, ...artifact }: Artifact, position: number) {
  return { ...artifact, position, part_offset: offset, expires_seconds: expiresSeconds }
}

interface ArtifactRow extends Omit<Artifact, 'bytes' | 'offset' | 'expiresSeconds'> {
  readonly bytes: string
  readonly part_offset: number
  readonly expires_seconds: string | null
}

async function writeAnnotations(
  client: pg.ClientBase,
  buildId: string,
  { jobId, step, output: { annotations } }: EndedStep,
): Promise<readonly string[]> {
  if (annotations.length === 0) return []
  const { rows } = await client.query<{ count: number }>({
    name: 'engine-count-annotations',
    text: 'select count(*)::int as count from engine.annotations where build_id = $1 and step <> $2',
    values: [buildId, step],
  })
  const { kept, remark } = withinBuild(rows[0]?.count ?? 0, annotations)
  await client.query({
    name: 'engine-drop-annotations',
    text: 'delete from engine.annotations where build_id = $1 and step = $2',
    values: [buildId, step],
  })
  await client.query({
    name: 'engine-write-annotations',
    text: `insert into engine.annotations (build_id, step, position, job_id, name, style, markdown)
      select $1, $2, r.position, $3, r.name, r.style, r.markdown
      from json_to_recordset($4::json) as r(position int, name text, style text, markdown text)`,
    values: [buildId, step, jobId, JSON.stringify(kept.map(annotationRecord))],
  })
  return remark === null ? [] : [remark]
}

function annotationRecord({ name, style, markdown }: Annotation, position: number) {
  return { position, name: storable(name), style, markdown: storable(markdown) }
}

interface AnnotationRow extends Annotation {
  readonly job_id: string
  readonly position: number
}

interface EgressRow {
  readonly is_bound: boolean
  readonly is_whole: boolean
  readonly used: readonly string[]
  readonly refused: readonly string[]
}

export class PostgresOutputs implements OutputStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async annotations(buildId: string): Promise<readonly BuildAnnotation[]> {
    const { rows } = await this.#pool.query<AnnotationRow>({
      name: 'engine-annotations',
      text: `select a.job_id, a.position, a.name, a.style, a.markdown from engine.annotations a
        where a.build_id = $1 and a.job_id = (select j.id from engine.jobs j
          where j.build_id = a.build_id and j.step = a.step order by j.attempt desc limit 1)
        order by a.step, a.position`,
      values: [buildId],
    })
    return rows.map(({ job_id: jobId, position, ...annotation }) => ({
      id: annotationId(jobId, position),
      jobId,
      ...annotation,
    }))
  }

  async artifacts(jobId: string): Promise<readonly Artifact[]> {
    const { rows } = await this.#pool.query<ArtifactRow>({
      name: 'engine-artifacts',
      text: `select path, kind, bytes, sha256, parts, part_offset, expires_seconds from engine.artifacts
        where job_id = $1 order by position`,
      values: [jobId],
    })
    return rows.map(({ path, kind, bytes, sha256, parts, part_offset: offset, expires_seconds: expires }) => ({
      path,
      kind,
      bytes: Number(bytes),
      sha256,
      parts,
      offset,
      expiresSeconds: expires === null ? null : Number(expires),
    }))
  }

  async egress(jobId: string): Promise<EgressNames | null> {
    const { rows } = await this.#pool.query<EgressRow>({
      name: 'engine-egress',
      text: 'select is_bound, is_whole, used, refused from engine.egress_names where job_id = $1',
      values: [jobId],
    })
    const [row] = rows
    return row === undefined
      ? null
      : { isBound: row.is_bound, isWhole: row.is_whole, used: row.used, refused: row.refused }
  }
}
