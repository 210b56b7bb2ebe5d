import { criticalPath, sharesOf, shareWords } from '@harmont/timeline'
import { bytes, duration, wholeSeconds } from '../terminal/amounts.ts'
import { type Line, span } from '../terminal/span.ts'
import { pad, widthOf, wrapLine } from '../terminal/text-width.ts'
import { annotationLines } from './annotations.ts'
import type { Charset } from './charset.ts'
import { type Earlier, timeSaved } from './durations.ts'
import { testCounts, testWithPlace } from './failure/failure-excerpt.ts'
import { endingText, likelyCause } from './failure/likely-cause.ts'
import { nextCommands } from './next-commands.ts'
import type { Run, Step } from './run-model.ts'
import { stateLabels, sumOrder } from './state-labels.ts'

interface SummaryOptions {
  readonly charset: Charset
  readonly earlier: Earlier
  /** Longer lines are wrapped at words. */
  readonly width: number
}

/** Summarizes a run after its end; empty before it. */
export function summary(run: Run, { charset, earlier, width }: SummaryOptions): Line[] {
  const { end } = run
  if (end === null) return []
  const lines: Line[] = [
    [
      span(end.state, end.state === 'passed' ? ['green', 'bold'] : ['red', 'bold']),
      span(` in ${duration(end.duration_ms)}: ${stateSums(run)}`),
    ],
    ...(end.message === null ? [] : [[span(charset.text(end.message))]]),
    ...pathLine(run, charset),
    ...cacheLine(run, earlier),
    ...testsLine(run),
    ...(run.artifacts === 0 ? [] : [[span(`artifacts: ${run.artifacts} (${bytes(run.artifactBytes)})`)]]),
    ...substituteLine(run, charset),
    ...firstFailure(run, charset),
  ]
  const written = run.steps.flatMap(({ name, annotations }) => annotations.map((one) => ({ ...one, step: name })))
  return [
    ...lines.flatMap((line) => wrapLine(line, width)),
    ...annotationLines(written, charset).flatMap((line) => wrapLine(line, width)),
    ...nextLines(run, charset, width),
  ]
}

function stateSums({ counts, cached }: Run): string {
  const parts = sumOrder.flatMap((state) => {
    if (counts[state] === 0) return []
    const remark = state === 'passed' && cached > 0 ? ` (${cached} cached)` : ''
    return [`${counts[state]} ${stateLabels[state]}${remark}`]
  })
  return parts.length === 0 ? 'no steps' : parts.join(', ')
}

/** Longer paths name only their slowest steps. */
const longPath = 6
/** Minimum share of the run at which time without a command is reported. */
const leastTold = 0.05

/** Names the steps that decided when the run ended, and its time besides their commands. */
function pathLine({ attempts, startedAt, byKey }: Run, charset: Charset): Line[] {
  const build = { from: startedAt ?? 0, approvedAt: null, hasGroup: false, attempts }
  const path = criticalPath(build, 0)
  const shares = sharesOf(path)
  const commands = path.flatMap(({ kind, attempt, from, to }) =>
    kind === 'command' && attempt !== null ? [{ step: attempt.step, ms: to - from }] : [],
  )
  if (commands.length < 2) return []
  const totalMs = shares.reduce((sum, { ms }) => sum + ms, 0)
  const limit = commands.map(({ ms }) => ms).sort((a, b) => b - a)[longPath - 1] ?? 0
  const named = commands.filter(({ ms }) => ms >= limit).slice(0, longPath)
  const nameOf = (step: string) => charset.text(byKey.get(step)?.name ?? step)
  const names = named.map(({ step, ms }) => `${nameOf(step)} ${duration(ms)}`)
  const rest = commands.length - named.length
  const more = rest === 0 ? '' : ` and ${rest} shorter`
  const besides = shares.flatMap((share) => {
    if (share.kind === 'command' || share.ms < totalMs * leastTold) return []
    return [`, ${Math.round((share.ms / totalMs) * 100)}% ${shareWords(share, nameOf)}`]
  })
  const chain = `${names.join(` ${charset.arrow} `)}${more}, ${duration(totalMs)} in all`
  return [[span(`critical path: ${chain}${besides.join('')}`)]]
}

function cacheLine(run: Run, earlier: Earlier): Line[] {
  const saved = timeSaved(run, earlier)
  return saved < 1000 ? [] : [[span(`saved by the cache: about ${wholeSeconds(saved)}`)]]
}

function testsLine({ steps }: Run): Line[] {
  const all = steps.flatMap(({ tests }) => tests ?? [])
  const sum = (state: 'passed' | 'failed' | 'skipped') => all.reduce((count, tests) => count + tests[state], 0)
  const counts = testCounts({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') })
  return counts === '' ? [] : [[span(`tests: ${counts}`)]]
}

/** Names the images that could not be pulled, although the steps passed. */
function substituteLine({ steps }: Run, charset: Charset): Line[] {
  const images = new Set(steps.flatMap(({ substitutedImage }) => substitutedImage ?? []))
  if (images.size === 0) return []
  const names = charset.text([...images].join(', '))
  return [[span('not pulled: ', ['yellow', 'bold']), span(`${names} (the runner's own tools were used instead)`)]]
}

function firstFailure({ failures }: Run, charset: Charset): Line[] {
  const [first] = failures
  if (first === undefined) return []
  const cause = likelyCause(first)
  return [
    [span('first failure: ', 'bold'), span(`${charset.text(first.name)}, ${endingText(first)}`)],
    ...failedTests(first, charset),
    ...(cause === null ? [] : [[span('likely cause: ', 'bold'), span(charset.text(cause))]]),
  ]
}

const mostNamedTests = 3

/** Names the first failed tests of a step with a report. */
function failedTests({ tests }: Step, charset: Charset): Line[] {
  if (tests === null || tests.failed === 0) return []
  const named = tests.failures.slice(0, mostNamedTests)
  const more = tests.failed - named.length
  return [
    ...named.map((test) => [span('  '), span(charset.text(testWithPlace(test, '  ')))]),
    ...(more === 0 ? [] : [[span(`  and ${more} more failed ${more === 1 ? 'test' : 'tests'}`)]]),
  ]
}

/** Never wraps commands. Their purposes are shown if all of them fit. */
function nextLines(run: Run, charset: Charset, width: number): Line[] {
  const commands = nextCommands(run)
  const longest = Math.max(...commands.map(([command]) => widthOf(command)))
  const fits = commands.every(([, gives]) => 8 + longest + gives.length <= width)
  return commands.map(([command, gives], index) => [
    span(index === 0 ? 'next: ' : '      ', 'bold'),
    span(charset.text(fits ? pad(command, longest) : command)),
    ...(fits ? [span(`  ${gives}`, 'dim')] : []),
  ])
}
