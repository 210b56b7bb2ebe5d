import { InputMissing, SandboxError, type SandboxInput, type SecretRef, type Snapshot } from '@harmont/sandbox'
import type { InputSource, StepWork } from '../port.ts'
import { type JobContext, NothingToTake } from './job-context.ts'
import { snapshotHere } from './layers/snapshot-here.ts'
import { withRoom } from './retry.ts'
import { maySee } from './secrets.ts'

/** The files that a step takes from other steps. */
export interface StepInputs {
  /** Leaves out optional inputs of steps without files. */
  readonly given: readonly GivenInput[]
  /** Secrets of the steps that made the files, which the step's own files then inherit. */
  readonly lineage: readonly SecretRef[]
}

interface GivenInput extends SandboxInput {
  /** Key of the step that made the files. */
  readonly step: string
}

/**
 * Finds the files that a step takes from other steps. Throws `NothingToTake` if a step left no
 * files, and SandboxError `snapshot_unavailable`.
 */
export async function resolveInputs(context: JobContext, { step, inputSources }: StepWork): Promise<StepInputs> {
  const given: GivenInput[] = []
  const lineage: SecretRef[] = []
  for (const [index, { path, into, optional }] of (step.inputs ?? []).entries()) {
    const source = inputSources[index]
    if (source === undefined) throw new Error(`input ${index} of ${step.key} has no step`)
    if (source.snapshot === null) {
      if (optional) continue
      throw new NothingToTake(leftNothing(path, source))
    }
    const snapshot = await snapshotOf(context, source.key, source.snapshot)
    lineage.push(...(snapshot.meta.secretLineage ?? []))
    given.push({ snapshot: snapshot.id, path, into, optional, step: source.key })
  }
  return { given, lineage }
}

async function snapshotOf(context: JobContext, key: string, id: string): Promise<Snapshot> {
  const snapshot = await snapshotHere(context, id)
  if (snapshot === undefined)
    throw new SandboxError(
      'snapshot_unavailable',
      `The files that this step takes from ${key} no longer exist. Rebuild to make them again.`,
    )
  if (!(await maySee(context, snapshot)))
    throw new SandboxError(
      'snapshot_unavailable',
      `The files that this step takes from ${key} were made with secrets that this build no longer has. Rebuild to make them again.`,
    )
  context.claim(id)
  return snapshot
}

/**
 * Returns a digest of the files of each input as the step gets them, for its lookup key. Throws
 * `NothingToTake`.
 */
export function digestInputs(context: JobContext, { given }: StepInputs): Promise<readonly string[]> {
  return withRoom(context, 'check the files of its inputs', async () => {
    const digests: string[] = []
    // Runs sequentially, because a step may have many inputs and other jobs wait for the same
    // worker threads.
    for (const input of given) {
      const digest = await context.options.driver.snapshots.filesDigest(input.snapshot, input.path)
      if (digest === null && !input.optional) throw new NothingToTake(noMatch(input))
      digests.push([digest ?? '', input.into].join(' ').trimEnd())
    }
    return digests
  })
}

/**
 * Runs work that makes a sandbox with inputs. Throws `NothingToTake` for an input that matches no
 * files.
 */
export async function withInputs<T>({ given }: StepInputs, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const input = error instanceof InputMissing ? given[error.index] : undefined
    throw input === undefined ? error : new NothingToTake(noMatch(input))
  }
}

function noMatch({ path, step }: GivenInput): string {
  return `The step ${step} left no files that match the input ${JSON.stringify(path)}.`
}

function leftNothing(path: string, { key, state }: InputSource): string {
  return `The step ${key} left no files for the input ${JSON.stringify(path)}: it ${ends[state] ?? 'kept none'}.`
}

const ends: Partial<Record<InputSource['state'], string>> = {
  skipped: 'was skipped',
  canceled: 'was canceled',
}
