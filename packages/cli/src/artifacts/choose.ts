import { coversFile, pathProblem } from '@harmont/ir'
import { exits, HmError, usageError } from '../errors.ts'

/** An artifact of a local or a remote build. */
export interface ListedArtifact {
  readonly id: string
  readonly step: string
  readonly path: string
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
  /** Whether its bytes were removed. */
  readonly isExpired: boolean
}

interface Wish {
  /** A path, a directory, a glob or an id; undefined for all. */
  readonly artifact: string | undefined
  /** The key of a step; undefined for all. */
  readonly step: string | undefined
}

/** Returns the requested artifacts that have not expired. Throws exit 5 if there is none. */
export function chooseArtifacts<T extends ListedArtifact>(all: readonly T[], { artifact, step }: Wish): readonly T[] {
  const found = all.filter(
    (each) =>
      (step === undefined || each.step === step) &&
      (artifact === undefined || each.id === artifact || isMeant(artifact, each.path)),
  )
  const there = found.filter(({ isExpired }) => !isExpired)
  if (there.length > 0) return there
  const [first] = found
  if (first !== undefined)
    throw new HmError(exits.notFound, 'artifact_expired', `the artifact ${first.path} has expired`, {
      fix: 'run the step again: a rebuild creates it anew',
    })
  const problem = artifact === undefined ? undefined : pathProblem(artifact)
  if (problem !== undefined) throw usageError(`expected a path below the workspace, got ${problem}`)
  throw new HmError(exits.notFound, 'artifact_not_found', `the build has no ${artifact ?? 'such'} artifact`, {
    fix: 'hm artifact list shows what there is',
  })
}

/** An existing path matches literally, even with glob characters. */
function isMeant(wanted: string, path: string): boolean {
  return wanted === path || coversFile(wanted, path)
}
