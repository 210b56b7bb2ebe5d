import { type CaseCounts, Cases, TooMuch } from './cases.ts'
import { Faults, Unreadable } from './faults.ts'
import { goEvent, readGo } from './go.ts'
import { readJunit } from './junit.ts'
import { linesOf, textPieces, xmlPieces } from './report-text.ts'
import type { SourceFiles } from './source-files.ts'
import { isTapLine, readTap } from './tap.ts'
import type { TestReport } from './test-report.ts'

/** A file to read as a report. */
export interface ReportFile {
  /** Below the workspace. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Number of lines at the beginning of a file that identify its format. */
const telling = 200

/**
 * Reads a test report and detects its format from the content. Never throws because of the content.
 */
export function parseReport({ path, bytes }: ReportFile, sources: SourceFiles, all: CaseCounts): TestReport {
  const format = formatOf(bytes)
  if (format === null) return { path, format, cases: [], faults: 0, problem: emptyOrUnknown(bytes) }
  const cases = new Cases(all)
  const faults = new Faults()
  try {
    const isWhole = read(format, bytes, sources, cases, faults)
    const problem = isWhole ? {} : { problem: 'it ends early' }
    return { path, format, cases: cases.list, faults: faults.count, ...problem }
  } catch (error) {
    if (!(error instanceof TooMuch || error instanceof Unreadable)) throw error
    return { path, format, cases: cases.list, faults: faults.count, problem: error.message }
  }
}

type Format = NonNullable<TestReport['format']>

function read(format: Format, bytes: Uint8Array, sources: SourceFiles, cases: Cases, faults: Faults): boolean {
  switch (format) {
    case 'junit':
      return readJunit(xmlPieces(textPieces(bytes)), sources, cases, faults)
    case 'go':
      return readGo(linesOf(textPieces(bytes)), sources, cases, faults)
    case 'tap':
      return readTap(linesOf(textPieces(bytes)), sources, cases)
  }
}

function formatOf(bytes: Uint8Array): Format | null {
  let count = 0
  for (const line of linesOf(textPieces(bytes.subarray(0, 1024 * 1024)))) {
    const text = line.trim()
    if (text === '') continue
    if (count === 0 && text.replaceAll('\u0000', '').startsWith('<')) return 'junit'
    if (goEvent(text) !== undefined) return 'go'
    if (isTapLine(line.trimEnd())) return 'tap'
    if (++count === telling) break
  }
  return null
}

function emptyOrUnknown(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'it is empty' : 'it is neither JUnit XML, nor `go test -json`, nor TAP'
}
