import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Artifact, type FileParts, openFileParts } from '@harmont/engine'
import { exits, HmError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'
import type { LocalHome } from './home.ts'
import { AppendedFile, jsonLines, runFiles, runsOf } from './run-records.ts'

/** An artifact of a local run. */
export interface RecordedArtifact extends Artifact {
  /** The key of its step. */
  readonly step: string
}

/** Adds the artifacts of a step's newest attempt to the record of a run. */
export function recordArtifacts(file: string, artifacts: readonly RecordedArtifact[]): void {
  const record = new AppendedFile(file)
  record.add(artifacts.map((artifact) => `${JSON.stringify(artifact)}\n`).join(''))
  record.close()
}

/** Returns the artifacts of a run, in the order in which its steps ended. */
export async function recordedArtifacts({ runs }: LocalHome, record: number): Promise<readonly RecordedArtifact[]> {
  try {
    return jsonLines<RecordedArtifact>(await readFile(runFiles(runs, record).artifacts, 'utf8'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Removes the parts that no recorded run names and no run has requested since `before`. */
export async function sweepParts(home: LocalHome, before: Date): Promise<void> {
  const named = new Set<string>()
  for (const { record } of runsOf(home.runs))
    for (const { parts } of await recordedArtifacts(home, record)) for (const part of parts) named.add(part)
  await openFileParts(home.parts).sweep(named, before)
}

/** Reads the bytes of a local artifact. */
export async function* readArtifact(
  { parts: directory }: LocalHome,
  artifact: RecordedArtifact,
): AsyncGenerator<Buffer> {
  try {
    yield* bytesOf(openFileParts(directory), artifact)
  } catch (error) {
    throw isMissing(error) ? lost(artifact, error) : error
  }
}

async function* bytesOf({ pathOf }: FileParts, { parts, offset, bytes }: Artifact): AsyncGenerator<Buffer> {
  let left = bytes
  for (const digest of parts) {
    for await (const chunk of createReadStream(pathOf(digest), { start: offset, highWaterMark: 1024 * 1024 })) {
      const own = (chunk as Buffer).subarray(0, left)
      left -= own.length
      if (own.length > 0) yield own
      if (left === 0) return
    }
  }
}

function lost({ path, step }: RecordedArtifact, cause: unknown): HmError {
  const fix = 'run the pipeline again: cached steps do not run again'
  return new HmError(
    exits.notFound,
    'artifact_expired',
    `the artifact ${path} of step ${step} is no longer on this machine`,
    {
      fix,
      cause,
    },
  )
}
