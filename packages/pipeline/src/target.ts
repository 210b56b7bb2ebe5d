import { state, type TargetRun, withCell, withShard } from './state.ts'
import { misuse, textOf, wrongUse } from './wrong-use.ts'

/** Makes a function that is evaluated once per render and shares its result. */
export function target<T>(name: string, fn: () => T): () => T {
  textOf('target', name, 'Name the target.')
  if (typeof fn !== 'function') throw wrongUse('target', 'a function', fn, 'Pass the function that makes the steps.')
  let result: { readonly value: T } | undefined
  const run: TargetRun = {
    name,
    clear: () => {
      result = undefined
    },
  }
  return () => {
    result ??= { value: evaluate(run, fn) }
    return result.value
  }
}

/** Forgets the result of every target, in all copies of the SDK. */
export function clearTargetCache(): void {
  const { evaluated } = state()
  for (const run of evaluated) run.clear()
  evaluated.clear()
}

function evaluate<T>(run: TargetRun, fn: () => T): T {
  const { evaluated, evaluating } = state()
  const start = evaluating.indexOf(run)
  if (start >= 0) {
    const path = [...evaluating.slice(start), run].map((each) => each.name).join(' -> ')
    throw misuse(`target ${run.name}`, 'targets that do not need themselves', path, 'Break the cycle.')
  }
  evaluating.push(run)
  try {
    // All cells of a matrix and all shards share the result, so the steps belong to none of them.
    const value = withShard(undefined, () => withCell(undefined, fn))
    evaluated.add(run)
    return value
  } finally {
    evaluating.pop()
  }
}
