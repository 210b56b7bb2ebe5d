/** The record of a run of the tests, file by file. */
export interface RunRecord {
  readonly seed: number
  readonly files: FileRecord[]
  /** Errors of vitest itself, outside any file. */
  readonly elsewhere: string[]
}

export interface FileRecord {
  /** Path from the root of the repository. */
  readonly file: string
  readonly kind: string
  readonly passed: number
  /** From the loading of its modules to the end of its last hook. */
  readonly seconds: number
  /** Processor time of its worker and of the children that this waited for. */
  readonly processorSeconds: number
  /**
   * One text for each failed test, and for the file itself: a hook, an uncaught error, a dead
   * worker.
   */
  readonly failures: string[]
}

/** Returns the files to run once more: those with a failure. */
export function filesToRunAgain(first: RunRecord): string[] {
  return first.files.filter(({ failures }) => failures.length > 0).map(({ file }) => file)
}

/** Returns the record of the whole after some files ran again; their second run counts. */
export function withSecondRun(first: RunRecord, second: RunRecord): RunRecord {
  const later = new Map(second.files.map((record) => [record.file, record]))
  return {
    seed: first.seed,
    files: first.files.map((record) => later.get(record.file) ?? record),
    elsewhere: [...first.elsewhere, ...second.elsewhere],
  }
}

/**
 * Returns one line per kind, with its files, tests, time and time of the processor, and one for each
 * of the files that took most of both.
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
    `The ${count} files that took most of the processor:`,
    ...largest('processorSeconds'),
  ]
}

function row(label: string, of: readonly FileRecord[], more: string): string {
  const sum = (figure: 'passed' | 'seconds' | 'processorSeconds') => of.reduce((total, it) => total + it[figure], 0)
  const time = (figure: 'seconds' | 'processorSeconds') => sum(figure).toFixed(1).padStart(8)
  const tests = String(sum('passed')).padStart(6)
  return `${label.padEnd(10)}${tests} tests${time('seconds')} s${time('processorSeconds')} s of the processor  ${more}`
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
