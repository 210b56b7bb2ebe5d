import { localArtifacts } from '../artifacts/local-artifacts.ts'
import { appendLines } from '../events/append-lines.ts'
import { isJobEnded } from '../events/event-mapper.ts'
import { explainRun } from '../inspect/explain.ts'
import { replayRun } from '../inspect/replay-run.ts'
import { noService } from '../inspect/service-in.ts'
import { recordedTests } from '../inspect/tests.ts'
import { requireRun, requireStep } from '../records/find-run.ts'
import type { LocalHome } from '../records/home.ts'
import { RecordedLog } from '../records/recorded-log.ts'
import type { RunRecord } from '../records/run-record.ts'
import { readRecord, runFiles } from '../records/run-records.ts'
import { failureExcerpt } from '../view/failure/failure-excerpt.ts'
import { endingText, likelyCause } from '../view/failure/likely-cause.ts'
import { isFailure, type Step } from '../view/run-model.ts'
import type { LogPart, LogWish, SeenBuild, SeenFailure, SeenLine, SeenStep } from './seen-build.ts'

/** Maximum number of failures in an answer; the log and the list of tests have the others. */
const mostReports = 10
/** Number of final lines shown of a log without reports, because its end is most informative. */
const mostOfExcerpt = 25

/** Returns a local run in the form that tools use. Reads logs in constant memory. */
export function runOfMachine(home: LocalHome, record: RunRecord): SeenBuild {
  const run = replayRun(home.runs, record, () => false)
  const steps = run.steps.map(seenStep)
  const explain = explainRun(home, record)
  return {
    named: `run ${record.number} on this machine`,
    call: { build: record.number },
    state: run.end?.state ?? 'running',
    isOver: run.end !== null,
    message: run.end?.message ?? null,
    steps,
    failure: async ({ key }) => {
      const told = replayRun(home.runs, record, (each) => each === key).byKey.get(key)
      if (told === undefined) throw new Error('expected a run to have its own step')
      return failureOf(told)
    },
    log: async (step, wish) => {
      const { key, number, services } = step
      const { beside } = wish
      const names = services.map(({ name }) => name)
      if (beside !== undefined && !names.includes(beside)) throw noService(key, beside, names)
      return logPart(runFiles(home.runs, record.record).log(number - 1, attemptOf(step, wish), beside), wish)
    },
    tests: async () => {
      const { data, counts, isReported } = recordedTests(record)
      return { counts, tests: data.map((test) => ({ ...test, notes: [], forks: null })), isReported }
    },
    why: async ({ key }) => explain(requireStep(record, key)).reason,
    artifacts: () => localArtifacts({ home, run: record }),
    readAgain: async () =>
      runOfMachine(
        home,
        readRecord(home.runs, record.record) ?? requireRun(home, record.directory, String(record.number)),
      ),
  }
}

function seenStep(step: Step, slot: number): SeenStep {
  const hasFailed = step.state === 'failed' || step.state === 'timed_out'
  return {
    number: slot + 1,
    key: step.key,
    state: step.state,
    isFailure: isFailure(step),
    softFailed: step.softFailed,
    attempt: step.attempt,
    command: step.command,
    durationMs: isJobEnded(step) ? step.durationMs : null,
    ending: hasFailed ? endingText(step) : null,
    services: step.services,
  }
}

function failureOf(step: Step): SeenFailure {
  const { tests, found } = step
  const logged = found?.failures ?? []
  const reports =
    tests !== null && tests.failed > 0
      ? tests.failures.map(({ name, message, ...place }) => ({
          ...place,
          test: name,
          message: message ?? 'failed',
          logLine: logged.find(({ test }) => test !== null && name.endsWith(test))?.logLine ?? null,
        }))
      : logged
  const counts =
    tests !== null && tests.failed > 0 ? { tests: tests.failed, errors: 0 } : (found ?? { tests: 0, errors: 0 })
  return {
    counts,
    reports: reports.slice(0, mostReports),
    cause: likelyCause(step),
    excerpt: logged[0]?.quote ?? failureExcerpt(step).slice(-mostOfExcerpt),
  }
}

function attemptOf(step: SeenStep, { attempt }: LogWish): number {
  return attempt ?? Math.max(1, step.attempt)
}

/** Reads a part of a log. Harmont's own remarks do not count as lines. */
function logPart(file: string, { from, search, limit }: LogWish): LogPart {
  const log = new RecordedLog(file)
  const wanted = search?.toLowerCase()
  const lines: SeenLine[] = []
  let total = 0
  const take = (text: string) => {
    total += 1
    if (from !== undefined && (total < from || lines.length >= limit)) return
    if (wanted !== undefined && !text.toLowerCase().includes(wanted)) return
    appendLines(lines, [{ number: total, text }], from === undefined ? limit : Number.POSITIVE_INFINITY)
  }
  for (const { stream, line } of log.more()) if (stream !== 'meta') take(line)
  for (const { stream, line } of log.rest()) if (stream !== 'meta') take(line)
  return { lines: from === undefined ? lines.slice(-limit) : lines, total }
}
