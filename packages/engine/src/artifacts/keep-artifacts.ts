import type { PlannedArtifact } from '@harmont/ir'
import type { FrozenFiles, Listing } from '@harmont/sandbox'
import type { ArtifactError } from '../core/model.ts'
import type { JobContext } from '../runner/job-context.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { type Artifact, mostArtifactBytes, mostArtifacts } from './artifact.ts'
import { artifactsOf, type ChosenFile, packFiles } from './pack-files.ts'
import { storeParts } from './store-parts.ts'

export interface KeptArtifacts {
  readonly artifacts: readonly Artifact[]
  /** Error of a step whose command passed but which lacks a required artifact. Absent otherwise. */
  readonly error?: ArtifactError
}

/** Calls a callback with access to the files that a step left. */
export type ShowFiles = <T>(use: (files: FrozenFiles) => Promise<T>) => Promise<T>

export const noArtifacts: KeptArtifacts = { artifacts: [] }

/** Maximum number of files that a search visits. */
const maxEntries = 2_000_000
const maxMs = 120_000

/** Finds the files that match the paths of artifacts. */
export function listArtifacts(
  files: FrozenFiles,
  asked: readonly PlannedArtifact[],
  stop: AbortSignal,
): Promise<Listing> {
  const patterns = asked.map(({ path }) => path)
  return unlessAborted(files.list({ patterns, maxFiles: mostArtifacts, maxEntries, maxMs }), stop)
}

/**
 * Runs `work` and turns its failure into a failure of the step. Keeps nothing when `stop` aborts.
 * Throws `LeaseLost` and `Abandoned`.
 */
export async function guarded(
  context: JobContext,
  stop: AbortSignal,
  work: () => Promise<KeptArtifacts>,
): Promise<KeptArtifacts> {
  const { log, lease, options } = context
  try {
    return await work()
  } catch (error) {
    lease.signal.throwIfAborted()
    if (stop.aborted) {
      log.remark('the step was stopped before its artifacts were kept')
      return noArtifacts
    }
    options.log('error', `job ${lease.job.jobId}: could not keep its artifacts`, error)
    const why = error instanceof Error ? error.message : String(error)
    return failed(context, `The artifacts of this step could not be kept: ${why}.`)
  }
}

/** Stores the parts of the files that a step keeps. Logs the files that were left out. */
export async function keepArtifacts(
  context: JobContext,
  asked: readonly PlannedArtifact[],
  files: FrozenFiles,
  listing: Listing,
  stop: AbortSignal,
): Promise<KeptArtifacts> {
  const { log } = context
  const tooMany = overLimit(listing)
  if (tooMany !== null) return refused(context, asked, tooMany)
  const chosen = chooseFiles(context, asked, listing)
  const missing = asked.filter((_, index) => !listing.files.some((file) => file.patterns.includes(index)))
  for (const { path, required } of missing) if (!required) log.remark(`no artifact matches ${JSON.stringify(path)}`)
  const artifacts = await digested(context, chosen, files, stop)
  if (artifacts.length > 0) {
    log.remark(keepingSentence(artifacts))
    const refusal = await storeParts(context, artifacts, (use) => use(files), stop)
    if (refusal !== null) return refused(context, asked, refusal)
  }
  const lacks = missing.filter(({ required }) => required).map(({ path }) => JSON.stringify(path))
  if (lacks.length === 0) return { artifacts }
  const message = `The step left no file that matches its required artifact ${lacks.join(', ')}.`
  log.remark(message)
  return { artifacts, error: { code: 'artifact_missing', message } }
}

async function digested(
  { transfers }: JobContext,
  chosen: readonly ChosenFile[],
  files: FrozenFiles,
  stop: AbortSignal,
): Promise<readonly Artifact[]> {
  const parts = packFiles(chosen)
  const digests = await transfers.digest(stop, () => unlessAborted(files.digest(parts), stop))
  return artifactsOf(chosen, parts, digests)
}

/** Returns a sentence about the limit that the files exceed; null when they exceed none. */
function overLimit({ exceeded, files }: Listing): string | null {
  if (exceeded === 'files') return `There are more than ${mostArtifacts.toLocaleString('en-US')} files.`
  if (exceeded === 'entries')
    return `The search looked at more than ${maxEntries.toLocaleString('en-US')} files: begin the path with a directory.`
  if (exceeded === 'time') return `The search took more than ${maxMs / 1000} s: begin the path with a directory.`
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return bytes > mostArtifactBytes ? `Their size is ${megabytes(bytes)}, more than 10 GB.` : null
}

/**
 * Chooses the files to keep. The first artifact that matches a file decides its kind and retention
 * time.
 */
function chooseFiles(
  { log }: JobContext,
  asked: readonly PlannedArtifact[],
  { files, leftOut }: Listing,
): readonly ChosenFile[] {
  const chosen = files.flatMap(({ path, bytes, patterns: [index = 0] }): readonly ChosenFile[] => {
    const { kind = 'file', expiresSeconds = null } = asked[index] ?? {}
    return log.masked(path) === path ? [{ path, bytes, kind, expiresSeconds }] : []
  })
  const secret = files.length - chosen.length
  if (secret > 0) log.remark(`${count(secret)} whose name contains a secret: not kept as an artifact`)
  if (leftOut.first !== null)
    log.remark(
      `not kept as artifacts, because they are no regular files of /workspace: ${leftOut.count}, the first is ${JSON.stringify(leftOut.first)}`,
    )
  return chosen
}

function keepingSentence(artifacts: readonly Artifact[]): string {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0)
  return `keeping artifacts: ${count(artifacts.length)}, ${megabytes(bytes)}`
}

/** Keeps no artifact; fails the step if one is required. */
export function refused(context: JobContext, asked: readonly PlannedArtifact[], why: string): KeptArtifacts {
  const message = `No artifact of this step is kept. ${why}`
  if (asked.some(({ required }) => required)) return failed(context, message)
  context.log.remark(message)
  return noArtifacts
}

function failed({ log }: JobContext, message: string): KeptArtifacts {
  log.remark(message)
  return { artifacts: [], error: { code: 'artifact_failed', message } }
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files.toLocaleString('en-US')} files`
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
