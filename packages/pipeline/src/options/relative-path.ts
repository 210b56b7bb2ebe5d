import { pathProblem } from '@harmont/ir'
import { textOf, wrongUse } from '../wrong-use.ts'

/** Reads a path or glob below a directory, by default the workspace: not absolute, without `..`. */
export function relativePathOf(
  where: string,
  value: unknown,
  directory: 'workspace' | 'project' = 'workspace',
): string {
  const path = textOf(where, value, 'Name a path.')
  const problem = pathProblem(path)
  if (problem === undefined) return path
  const base = directory === 'workspace' ? 'the workspace' : 'the project directory'
  throw wrongUse(where, `a path inside the ${directory}`, path, `It is ${problem}: write it relative to ${base}.`)
}
