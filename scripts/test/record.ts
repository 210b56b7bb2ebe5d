/** The record of a test run, file by file. */
export interface RunRecord {
  readonly seed: number
  readonly files: FileRecord[]
  /** Errors of vitest itself, outside any file. */
  readonly elsewhere: string[]
}

export interface FileRecord {
  /** The path relative to the root of the repository. */
  readonly file: string
  readonly kind: string
  readonly passed: number
  /** The time from the loading of the file's modules to the end of its last hook. */
  readonly seconds: number
  /** Processor time of the file's worker and of the children that the worker waited for. */
  readonly processorSeconds: number
  /**
   * One text for each failed test, and for the file itself: a hook, an uncaught error, a dead
   * worker.
   */
  readonly failures: string[]
}

/** Returns the files to run again: those with a failure. */
export function filesToRunAgain(first: RunRecord): string[] {
  return first.files.filter(({ failures }) => failures.length > 0).map(({ file }) => file)
}

/** Returns the record of both runs, in which the second run of a file counts. */
export function withSecondRun(first: RunRecord, second: RunRecord): RunRecord {
  const later = new Map(second.files.map((record) => [record.file, record]))
  return {
    seed: first.seed,
    files: first.files.map((record) => later.get(record.file) ?? record),
    elsewhere: [...first.elsewhere, ...second.elsewhere],
  }
}

/**
 * Returns one line per kind, with its tests, times and files, and one for each of the files that
 * took the most time and processor time.
 */
export function timeTable({ files }: RunRecord, most = 10): string[] {
  const count = Math.min(most, files.length)
  const largest = (figure: 'seconds' | 'processorSeconds') =>
    files
      .toSorted((a, b) => b[figure] - a[figure])
      .slice(0, count)
      .map((it) => row(it.kind, [it], it.file))
  return [
    ...[...Map.groupBy(files, ({ kind }) => kind)].map(([kind, of]) => row(kind, of, `${of.length} files`)),
    `The ${count} slowest files:`,
    ...largest('seconds'),
    `The ${count} files with the most processor time:`,
    ...largest('processorSeconds'),
  ]
}

function row(label: string, of: readonly FileRecord[], more: string): string {
  const sum = (figure: 'passed' | 'seconds' | 'processorSeconds') => of.reduce((total, it) => total + it[figure], 0)
  const time = (figure: 'seconds' | 'processorSeconds') => sum(figure).toFixed(1).padStart(8)
  const tests = String(sum('passed')).padStart(6)
  return `${label.padEnd(10)}${tests} tests${time('seconds')} s${time('processorSeconds')} s of processor time  ${more}`
}

/** Returns `12 passed, 0 failed`, the line that CI reads. */
export function closingLine(record: RunRecord): string {
  const passed = record.files.reduce((sum, it) => sum + it.passed, 0)
  return `${passed} passed, ${failuresOf(record)} failed`
}

/** Counts failures, including those outside any file. */
export function failuresOf(record: RunRecord): number {
  return record.files.reduce((sum, it) => sum + it.failures.length, record.elsewhere.length)
}
