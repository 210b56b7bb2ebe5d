import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { ArtifactKey, ArtifactRow } from './store.ts'

type Artifact = Complete<components['schemas']['Artifact']>

/** The facts shared by all artifacts of a build. */
export interface ArtifactPlace {
  /** The step key and attempt number, by job. */
  readonly jobs: ReadonlyMap<string, { readonly stepKey: string; readonly attempt: number }>
  readonly keptDays: number | 'forever'
  /**
   * Whether the default retention does not apply: the build is the newest pass of the default
   * branch.
   */
  readonly isKeptLonger: boolean
}

export function presentArtifact(row: ArtifactRow, { jobs, keptDays, isKeptLonger }: ArtifactPlace): Artifact {
  const job = jobs.get(row.job_id)
  const seconds = row.expires_seconds ?? (keptDays === 'forever' || isKeptLonger ? null : keptDays * 24 * 3600)
  return {
    id: artifactId({ jobId: row.job_id, position: row.position }),
    job_id: row.job_id,
    step_key: job?.stepKey ?? '',
    attempt: job?.attempt ?? 1,
    path: row.path,
    kind: row.kind,
    bytes: row.bytes,
    sha256: row.sha256,
    created_at: formatInstant(row.created_at.getTime()),
    expires_at: seconds === null ? null : formatInstant(row.created_at.getTime() + seconds * 1000),
    expired_at: row.expired_at && formatInstant(row.expired_at.getTime()),
  }
}

function artifactId({ jobId, position }: Omit<ArtifactKey, 'path'>): string {
  return `${jobId}-${position}`
}

/** Parses an id; returns undefined when it is malformed. */
export function readArtifactId(id: string): Omit<ArtifactKey, 'path'> | undefined {
  const [, jobId, position] = /^([0-9a-f-]{36})-(0|[1-9]\d{0,8})$/.exec(id) ?? []
  return jobId === undefined ? undefined : { jobId, position: Number(position) }
}
