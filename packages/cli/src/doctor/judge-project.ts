import { bytes } from '../terminal/amounts.ts'
import { type Check, checksOf } from './check.ts'

export interface ProjectFacts {
  /** The message of a configuration that does not parse. */
  readonly configProblem: string | undefined
  /** `file:line: key` of unknown settings. */
  readonly unknownSettings: readonly string[]
  /** `none`: there is no .hm. `unread`: the source could not be read, so nothing was rendered. */
  readonly rendered: Rendered | 'none' | 'unread'
  /** The source's facts, or the reason why it cannot be read. */
  readonly source: SourceFacts | string
}

export interface Rendered {
  readonly milliseconds: number
  readonly slugs: readonly string[]
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

export interface SourceFacts {
  readonly files: number
  readonly bytes: number
  /** The largest files and their sizes, largest first. */
  readonly largest: readonly string[]
}

const { ok, warning, failure } = checksOf('project')
const large = 256 * 1024 ** 2

export function judgeProject({ configProblem, unknownSettings, rendered, source }: ProjectFacts): Check[] {
  return [
    configProblem === undefined
      ? ok('configuration', 'parses')
      : failure('configuration', configProblem, 'fix the file or variable that it names'),
    ...unknownSettings.map((key) =>
      warning('configuration', `${key} is not a setting`, 'hm config list shows all settings'),
    ),
    ...pipelines(rendered),
    files(source),
  ]
}

function pipelines(rendered: ProjectFacts['rendered']): Check[] {
  if (rendered === 'unread') return []
  if (rendered === 'none') return [warning('pipelines', 'no .hm directory here', 'hm init')]
  const { slugs, errors, warnings, milliseconds } = rendered
  const isEmpty = slugs.length === 0 && errors.length === 0
  return [
    ...errors.map((error) => failure('pipelines', error, 'fix the file; hm validate checks it again')),
    ...(slugs.length > 0 ? [ok('pipelines', `${slugs.join(', ')}; rendered in ${milliseconds} ms`)] : []),
    ...(isEmpty ? [warning('pipelines', 'none in .hm', 'hm init')] : []),
    ...warnings.map((told) => warning('pipelines', told, 'follow the warnings; hm validate checks again')),
  ]
}

function files(source: ProjectFacts['source']): Check {
  if (typeof source === 'string') return failure('source', source, 'run it inside your project')
  const size = `${source.files} ${source.files === 1 ? 'file' : 'files'}, ${bytes(source.bytes)}`
  const most = source.largest.slice(0, 3).join(', ')
  const found = most === '' ? size : `${size}; largest: ${most}`
  return source.bytes > large ? warning('source', found, 'list unneeded files in .hmignore') : ok('source', found)
}
