/** What a run of the tests gave, file by file. */
export interface RunRecord {
  files: FileRecord[]
  /** Errors that belong to no file: of vitest itself. */
  elsewhere: string[]
}

export interface FileRecord {
  /** From the repository's root. */
  file: string
  passed: number
  /** One text for each test that failed, and for the file itself: a hook, an error that nobody caught, a worker that died. */
  failures: string[]
}

/** The files to run once more: those with a failure. */
export function filesToRunAgain(first: RunRecord): string[] {
  return first.files.filter(({ failures }) => failures.length > 0).map(({ file }) => file)
}

/** The record of the whole when some files were run once more: their second run is what counts. */
export function withSecondRun(first: RunRecord, second: RunRecord): RunRecord {
  const later = new Map(second.files.map((record) => [record.file, record]))
  return {
    files: first.files.map((record) => later.get(record.file) ?? record),
    elsewhere: [...first.elsewhere, ...second.elsewhere],
  }
}

/** `12 passed, 0 failed`, the line that CI reads. */
export function closingLine(record: RunRecord): string {
  const passed = record.files.reduce((sum, it) => sum + it.passed, 0)
  return `${passed} passed, ${failuresOf(record)} failed`
}

/** How many failures there are, those of no file among them. */
export function failuresOf(record: RunRecord): number {
  return record.files.reduce((sum, it) => sum + it.failures.length, record.elsewhere.length)
}
