import type { LookUpInputs, Step } from '@harmont/engine'
import { watchedPaths } from '@harmont/ir'
import { expires, listed, watchedVariables } from './cache-policy.ts'
import type { JobView } from './view-of-build.ts'

type Change = JobView['cache']['changes'][number]

interface Miss {
  readonly reason: JobView['cache']['reason']
  readonly changes: readonly Change[]
}

/** The facts that determine the explanation of a miss. */
export interface MissFacts {
  readonly inputs: LookUpInputs
  /** The inputs of the newest earlier entry; null if the step has stored none. */
  readonly previous: LookUpInputs | null
  /** Whether an entry existed earlier under this key. */
  readonly wasThere: boolean
  /** Whether the runner found an incomplete entry. */
  readonly damaged: boolean
  readonly policy: Step['cachePolicy']
  /** The name of the step in which it builds. */
  readonly parentName: string | null
}

/** Explains a miss: lists the changes since the step last stored an entry. */
export function explainMiss({ inputs, previous, wasThere, damaged, policy, parentName }: MissFacts): Miss {
  if (damaged) return { reason: 'damaged', changes: [] }
  if (wasThere) return { reason: 'evicted', changes: [] }
  if (previous === null) return { reason: 'first', changes: [] }
  const changes = [
    ...changeOf('command', 'command', previous.command, inputs.command),
    ...changeOf('image', 'image', previous.image, inputs.image),
    ...changeOf('image', 'platform', previous.platform, inputs.platform),
    ...changeOf('parent', parentName ?? 'the step it builds in', previous.parent, inputs.parent),
    ...changesOf('variable', previous.variables, inputs.variables),
    ...fileChanges(policy, previous.files, inputs.files),
    ...changesOf('path', previous.given ?? {}, inputs.given ?? {}),
    ...changesOf('service', previous.services ?? {}, inputs.services ?? {}),
    ...changeOf('path', 'the files of its shard', previous.split ?? null, inputs.split ?? null),
  ]
  // A cache key includes the keys of the steps below it, and its policy may include the command.
  // Therefore the key explains a miss only if nothing else changed.
  if (changes.length > 0) return { reason: 'changed', changes }
  if (previous.claim === inputs.claim) {
    // An entry of an earlier release has no digests of its files.
    const isUnknown = previous.files === undefined && inputs.files !== undefined
    return { reason: isUnknown ? 'not_recorded' : null, changes: [] }
  }
  return claimMiss(policy, previous.claim, inputs.claim)
}

/**
 * Explains a miss in which only the pipeline's cache key changed, by the conditions of its cache
 * policy.
 */
function claimMiss(policy: Step['cachePolicy'], before: string, after: string): Miss {
  if (policy === undefined) return { reason: 'not_recorded', changes: [] }
  const paths = watchedPaths(policy)
  const variables = watchedVariables(policy)
  const isTimed = expires(policy)
  if (paths.length > 0 && variables.length === 0 && !isTimed)
    return { reason: 'changed', changes: [{ kind: 'path', name: listed(paths), before, after }] }
  if (variables.length > 0 && paths.length === 0 && !isTimed)
    return { reason: 'changed', changes: [{ kind: 'variable', name: listed(variables), before, after }] }
  if (isTimed && paths.length === 0 && variables.length === 0) return { reason: 'expired', changes: [] }
  // The key covers several conditions, so the changed one is unknown.
  return { reason: 'not_recorded', changes: [] }
}

/**
 * Returns which aspects of the watched files changed. If the names changed, omits the other
 * aspects, which follow from them.
 */
function fileChanges(
  policy: Step['cachePolicy'],
  before: LookUpInputs['files'],
  after: LookUpInputs['files'],
): Change[] {
  if (policy === undefined || before === undefined || after === undefined) return []
  const paths = listed(watchedPaths(policy))
  const names = changeOf('path', `file names: ${paths}`, before.paths, after.paths)
  if (names.length > 0) return names
  return [
    ...changeOf('path', paths, before.contents, after.contents),
    ...changeOf('path', `executable files: ${paths}`, before.modes, after.modes),
    ...changeOf('path', `file types: ${paths}`, before.types, after.types),
  ]
}

function changeOf(kind: string, name: string, before: string | null, after: string | null): Change[] {
  return before === after ? [] : [{ kind, name, before, after }]
}

function changesOf(
  kind: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const of = (all: Readonly<Record<string, string>>, name: string) =>
    Object.hasOwn(all, name) ? (all[name] ?? null) : null
  return names.flatMap((name) => changeOf(kind, name, of(before, name), of(after, name)))
}
