import { pathProblem } from '@harmont/ir'
import { type CachePolicy, onChange } from '../cache.ts'
import { wrongUse } from '../wrong-use.ts'

/**
 * Keeps a result until one of the files of a tool's project changes: `./uv.lock`, `web/uv.lock`.
 */
export function onChangeIn(where: string, path: string, ...names: readonly string[]): CachePolicy {
  refuseOutside(where, path)
  return onChange(...names.map((name) => `${path}/${name}`))
}

/**
 * Does the same for cargo and CMake projects, whose paths have no prefix `./` for the project
 * directory.
 */
export function onChangeBelow(where: string, path: string, ...names: readonly string[]): CachePolicy {
  refuseOutside(where, path)
  return onChange(...names.map((name) => (path === '.' ? name : `${path}/${name}`)))
}

function refuseOutside(where: string, path: string): void {
  const problem = pathProblem(path)
  if (problem === undefined) return
  throw wrongUse(
    `${where}, path`,
    'a path inside the project',
    path,
    `It is ${problem}: write it relative to the project directory.`,
  )
}
