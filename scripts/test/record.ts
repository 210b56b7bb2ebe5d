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
 * Returns one line per kind, with its files, tests and time, and one for each of the slowest files.
 */
export function timeTable({ files }: RunRecord, slowest = 10): string[] {
  const kinds = Map.groupBy(files, ({ kind }) => kind)
  const sum = (of: readonly FileRecord[], figure: 'passed' | 'seconds') =>
    of.reduce((total, it) => total + it[figure], 0)
  const row = (label: string, count: number, seconds: number, more: string) =>
    `${label.padEnd(10)}${String(count).padStart(6)} tests${seconds.toFixed(1).padStart(8)} s  ${more}`
  return [
    ...[...kinds].map(([kind, of]) => row(kind, sum(of, 'passed'), sum(of, 'seconds'), `${of.length} files`)),
    `The ${Math.min(slowest, files.length)} slowest files:`,
    ...files
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, slowest)
      .map(({ kind, passed, seconds, file }) => row(kind, passed, seconds, file)),
  ]
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
