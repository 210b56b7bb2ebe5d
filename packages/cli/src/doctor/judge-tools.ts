import { type Check, checksOf } from './check.ts'

export interface ToolFacts {
  /** The version of hm and of both its SDKs. */
  readonly version: string
  readonly node: string
  /** Output of `git --version`; undefined if git does not start. */
  readonly git: string | undefined
  readonly hasPythonPipelines: boolean
  /** Versions of the Pythons that start, in the order in which hm tries them. */
  readonly pythons: readonly string[]
  /**
   * The version of @harmont/hm in the project's node_modules; undefined if pipelines use hm's own
   * copy.
   */
  readonly installedSdk: string | undefined
}

const { ok, warning, failure } = checksOf('tools')

export function judgeTools(facts: ToolFacts): Check[] {
  const { version, node, git, installedSdk } = facts
  const sdk = installedSdk ?? version
  return [
    ok('hm', `${version} on Node.js ${node}`),
    git === undefined
      ? warning('git', 'not found: all files count as source, and no branch or commit is known', 'apt-get install git')
      : ok('git', git.replace(/^git version /, '')),
    ...python(facts),
    sdk === version
      ? ok('SDKs', `@harmont/hm ${sdk}${installedSdk === undefined ? ' (in hm)' : ''}, harmont ${version} (in hm)`)
      : warning('SDKs', `@harmont/hm ${sdk} in the project, hm ${version}`, `npm install -D @harmont/hm@${version}`),
  ]
}

function python({ hasPythonPipelines, pythons }: ToolFacts): Check[] {
  if (!hasPythonPipelines) return []
  const good = pythons.find(isNew)
  if (good !== undefined) return [ok('Python', good)]
  const found = pythons.length === 0 ? 'not found' : `only ${pythons.join(', ')}`
  return [
    failure('Python', `${found}, and .hm has .py pipelines`, 'install Python 3.11 or later, or name one in HM_PYTHON'),
  ]
}

function isNew(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 3 || (major === 3 && minor >= 11)
}
