import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Artifact, type FileParts, openFileParts } from '@harmont/engine'
import { exits, HmError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'
import type { LocalHome } from './home.ts'
import { AppendedFile, jsonLines, readRecords, runFiles } from './run-records.ts'

/** An artifact of a run of this machine. */
export interface RecordedArtifact extends Artifact {
  /** The key of its step. */
  readonly step: string
}

/** Adds to the record of a run what the newest attempt of a step has left. */
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

/** Removes the parts that no recorded run names, and that no run asked for since `before`. */
export async function sweepParts(home: LocalHome, before: Date): Promise<void> {
  const named = new Set<string>()
  for (const { record } of readRecords(home.runs))
    for (const { parts } of await recordedArtifacts(home, record)) for (const part of parts) named.add(part)
  await openFileParts(home.parts).sweep(named, before)
}

/**
 * Returns where an artifact belongs below a directory: a directory for its step, and its path in the
 * workspace. Never leads out of the directory.
 */
export function placeOfArtifact(directory: string, { step, path }: Pick<RecordedArtifact, 'step' | 'path'>): string {
  const named = step.replaceAll('/', '_')
  const components = [/^\.{1,2}$/.test(named) ? '_' : named, ...path.split('/')]
  if (components.some((name) => name === '..')) throw new Error(`expected a path below the workspace, got ${path}`)
  return join(directory, ...components)
}

/**
 * Writes an artifact of this machine to a file, which is whole or absent, and makes the directories
 * above it. It is a copy: a link would let an edit of the file change what later runs get.
 */
export async function writeArtifact(
  { parts: directory }: LocalHome,
  artifact: RecordedArtifact,
  target: string,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const draft = join(dirname(target), `.${randomUUID()}`)
  try {
    await using file = await open(draft, 'wx')
    const hash = createHash('sha256')
    for await (const bytes of bytesOf(openFileParts(directory), artifact)) {
      hash.update(bytes)
      await file.writeFile(bytes)
    }
    if (hash.digest('hex') !== artifact.sha256) throw lost(artifact)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
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

function lost({ path, step }: RecordedArtifact, cause?: unknown): HmError {
  const fix = 'run the pipeline again: a step that has passed is not repeated'
  return new HmError(exits.notFound, 'artifact_expired', `the artifact ${path} of step ${step} is no longer here`, {
    fix,
    cause,
  })
}
