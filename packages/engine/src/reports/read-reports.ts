import type { PlannedArtifact } from '@harmont/ir'
import { nextTurn } from '@harmont/logs'
import { type FrozenFiles, type ListedFile, type Listing, listTree } from '@harmont/sandbox'
import type { ShowFiles } from '../artifacts/keep-artifacts.ts'
import type { JobContext } from '../runner/job-context.ts'
import { offeredTree } from '../runner/source/source-of-build.ts'
import { parseApart, unread } from './parse-apart.ts'
import type { ReportFile } from './parse-report.ts'
import type { TestCase, TestReport } from './test-report.ts'

/** Limits for reports of a step: their number and total size. */
const mostReports = 1_000
const mostBytes = 64 * 1024 * 1024
const mostEntries = 1_000_000
const mostListMs = 20_000
/** Maximum number of reports in remarks. */
const mostNamed = 5

/**
 * Reads those artifacts of a step that are test reports, and masks secrets in them. An unreadable
 * report causes a remark in the step's log, and changes no outcome. Throws `LeaseLost` and `Abandoned`.
 * @param known the files that match `asked`, if they have been listed.
 */
export async function readReports(
  context: JobContext,
  asked: readonly PlannedArtifact[],
  show: ShowFiles,
  stop: AbortSignal,
  known?: Listing,
): Promise<readonly TestReport[]> {
  const { log, options, lease } = context
  const patterns = asked.filter(({ kind }) => kind === 'junit').map(({ path }) => path)
  if (patterns.length === 0) return []
  try {
    const { files, problems } = await show(async (left) =>
      findReports(await listReports(asked, patterns, left, known), patterns, left),
    )
    const read = files.length === 0 ? [] : await parseApart(files, await sourceFiles(context), stop)
    const reports: TestReport[] = []
    for (const report of [...read, ...problems]) reports.push(await masked(report, (text) => log.masked(text)))
    remarkProblems(context, reports)
    return reports
  } catch (error) {
    lease.signal.throwIfAborted()
    // The log then says that the step was stopped.
    if (stop.aborted) return []
    options.log('error', `job ${lease.job.jobId}: could not read its test reports`, error)
    log.remark('report_unreadable: could not read the test reports')
    return []
  }
}

interface Found {
  readonly files: readonly ReportFile[]
  /** Reports that were not read. */
  readonly problems: readonly TestReport[]
}

/** Reads test reports. @param listed null for too many. */
async function findReports(
  listed: readonly ListedFile[] | null,
  patterns: readonly string[],
  left: FrozenFiles,
): Promise<Found> {
  if (listed === null) {
    const problem = `more than ${mostReports} files, or too many to search`
    return { files: [], problems: [unread(patterns.join(', '), problem)] }
  }
  const files: ReportFile[] = []
  const problems: TestReport[] = []
  let room = mostBytes
  for (const { path, bytes: length } of listed) {
    if (length > room) {
      problems.push(unread(path, 'the reports of the step are larger than 64 MiB'))
      continue
    }
    room -= length
    files.push({ path, bytes: await left.read([{ path, from: 0, length }], Buffer.alloc(length)) })
  }
  return { files, problems }
}

/** Returns the reports among a step's files; null for too many. */
async function listReports(
  asked: readonly PlannedArtifact[],
  patterns: readonly string[],
  left: FrozenFiles,
  known?: Listing,
): Promise<readonly ListedFile[] | null> {
  if (known?.exceeded === null) {
    const reports = known.files.filter((file) => file.patterns.some((index) => asked[index]?.kind === 'junit'))
    return reports.length > mostReports ? null : reports
  }
  // There are too many artifacts, but not necessarily too many reports.
  const alone = await left.list({ patterns, maxFiles: mostReports, maxEntries: mostEntries, maxMs: mostListMs })
  return alone.exceeded === null ? alone.files : null
}

/** Returns the paths of the repository's files, or none if its source is unavailable. */
async function sourceFiles(context: JobContext): Promise<readonly string[]> {
  const { options, lease } = context
  try {
    const files = await offeredTree(context, lease.job.buildId)
    return files === null ? [] : await listTree(files.tree)
  } catch (error) {
    options.log('warn', `job ${lease.job.jobId}: no source to locate its failed tests`, error)
    return []
  }
}

/** Number of tests that are masked in one turn of the event loop. */
const maskedAtOnce = 250

/** Masks the texts of a report, in short turns. */
async function masked(report: TestReport, mask: (text: string) => string): Promise<TestReport> {
  const { path, problem, ...rest } = report
  const known = new Map<string, string>()
  // Tests of a report often share suites and files, so each text is masked once.
  const once = (text: string) => {
    const own = known.get(text) ?? mask(text)
    known.set(text, own)
    return own
  }
  const cases: TestCase[] = []
  for (const { suite, name, file, message, ...others } of report.cases) {
    if (cases.length % maskedAtOnce === maskedAtOnce - 1) await nextTurn()
    cases.push({
      ...others,
      suite: once(suite),
      name: mask(name),
      ...(file !== undefined && { file: once(file) }),
      ...(message !== undefined && { message: mask(message) }),
    })
  }
  return { ...rest, path: mask(path), ...(problem !== undefined && { problem: mask(problem) }), cases }
}

function remarkProblems({ log }: JobContext, reports: readonly TestReport[]): void {
  const bad = reports.filter(({ problem, faults }) => problem !== undefined || faults > 0)
  for (const { path, problem, faults, cases } of bad.slice(0, mostNamed)) {
    const why = problem ?? `it has ${faults === 1 ? '1 fault' : `${faults} faults`}`
    log.remark(`report_unreadable: ${JSON.stringify(path)}: ${why}; tests read: ${cases.length}`)
  }
  if (bad.length > mostNamed) log.remark(`report_unreadable: and ${bad.length - mostNamed} more reports`)
}
