import type { IrArtifact } from '@harmont/ir'
import { misuse, optionsOf } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** The report in which the command tells of its tests. */
export interface TestOptions {
  /**
   * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
   * It is read and kept however the command ends.
   */
  readonly report: string
}

const LATER = ['forks', 'budget', 'rerun', 'quarantine']

/** Reads the option `tests` into the artifact that it stands for. */
export function testsOf(where: string, value: unknown): IrArtifact {
  const report = typeof value === 'string' ? value : reportOf(where, value)
  const at = typeof value === 'string' ? where : `${where}, report`
  return Object.freeze({ path: relativePathOf(at, report), when: 'always', kind: 'junit' })
}

function reportOf(where: string, value: unknown): unknown {
  const { report, ...others } = optionsOf(where, value, ['report', ...LATER])
  const later = LATER.find((name) => others[name] !== undefined)
  if (later !== undefined) throw misuse(where, 'a report', `"${later}"`, `"${later}" is not supported yet: remove it.`)
  return report
}
