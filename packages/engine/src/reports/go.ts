import { FailureFinder } from '@harmont/logs'
import type { Cases } from './cases.ts'
import type { Faults } from './faults.ts'
import type { SourceFiles } from './source-files.ts'
import { isRed, type TestCase } from './test-report.ts'
import { longestText, messageText, placeIn } from './text.ts'

interface GoEvent {
  readonly Action: string
  readonly Package?: string
  readonly ImportPath?: string
  readonly Test?: string
  readonly Output?: string
  readonly Elapsed?: number
  readonly FailedBuild?: string
}

interface Running {
  output: string
  hasFailedInside: boolean
  hasInside: boolean
}

/** Returns an event of `go test -json`; undefined for any other line. */
export function goEvent(line: string): GoEvent | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isEvent(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isEvent(value: unknown): value is GoEvent {
  if (typeof value !== 'object' || value === null || !('Action' in value)) return false
  const { Action, Package, ImportPath, Test, Output, Elapsed, FailedBuild } = value as Readonly<Record<string, unknown>>
  const texts = [Package, ImportPath, Test, Output, FailedBuild]
  return (
    typeof Action === 'string' &&
    texts.every((text) => text === undefined || typeof text === 'string') &&
    (Elapsed === undefined || typeof Elapsed === 'number') &&
    (Package !== undefined || ImportPath !== undefined)
  )
}

/**
 * Reads `go test -json`. A test with subtests is represented by the subtests. Lines that are not
 * events are other output of the command. Returns whether every package has ended.
 */
export function readGo(lines: Iterable<string>, sources: SourceFiles, cases: Cases, faults: Faults): boolean {
  const reader = new GoReportReader(sources, cases)
  for (const line of lines) {
    const event = goEvent(line)
    if (event !== undefined) reader.take(event)
    else if (line.startsWith('{"')) faults.add('a line that is not an event')
  }
  return reader.end()
}

const states: Readonly<Record<string, TestCase['state']>> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

class GoReportReader {
  readonly #sources: SourceFiles
  readonly #cases: Cases
  /** Running tests of each running package. */
  readonly #packages = new Map<string, Map<string, Running>>()
  readonly #failed = new Set<string>()
  readonly #builds = new Map<string, string>()

  constructor(sources: SourceFiles, cases: Cases) {
    this.#sources = sources
    this.#cases = cases
  }

  take(event: GoEvent): void {
    const { Action: action, Package: name, Test: test, ImportPath: build } = event
    if (action === 'build-output' && build !== undefined)
      this.#builds.set(build, ((this.#builds.get(build) ?? '') + (event.Output ?? '')).slice(0, longestText))
    if (name === undefined) return
    const running = this.#packages.get(name) ?? new Map<string, Running>()
    this.#packages.set(name, running)
    const state = states[action]
    if (test === undefined && state !== undefined) this.#endPackage(name, running, event, state)
    else if (test !== undefined && state !== undefined) this.#endTest(name, running, event, test, state)
    else if (test !== undefined) this.#note(running, test, event.Output ?? '')
  }

  /** Returns whether every package has ended. */
  end(): boolean {
    return this.#packages.size === 0
  }

  #note(running: Map<string, Running>, test: string, output: string): void {
    const known = running.get(test) ?? { output: '', hasFailedInside: false, hasInside: false }
    if (known.output.length < longestText) known.output += output
    running.set(test, known)
    const outer = running.get(test.slice(0, Math.max(0, test.lastIndexOf('/'))))
    if (outer !== undefined) outer.hasInside = true
  }

  #endTest(name: string, running: Map<string, Running>, event: GoEvent, test: string, state: TestCase['state']): void {
    const own = running.get(test)
    running.delete(test)
    if (state === 'failed') {
      this.#failed.add(name)
      const outer = running.get(test.slice(0, Math.max(0, test.lastIndexOf('/'))))
      if (outer !== undefined) outer.hasFailedInside = true
    }
    if (own?.hasInside === true && (state !== 'failed' || own.hasFailedInside)) return
    this.#add(name, test, state, own?.output ?? '', event.Elapsed)
  }

  #endPackage(name: string, running: Map<string, Running>, event: GoEvent, state: TestCase['state']): void {
    this.#packages.delete(name)
    if (state !== 'failed') return
    const open = [...running].filter(([, { hasInside }]) => !hasInside)
    for (const [test, { output }] of open) this.#add(name, test, 'errored', `${output}\ndid not end\n`)
    if (open.length > 0 || this.#failed.has(name)) return
    const output = this.#builds.get(event.FailedBuild ?? '')
    this.#add(name, event.FailedBuild === undefined ? '[package failed]' : '[build failed]', 'errored', output ?? '')
  }

  #add(suite: string, name: string, state: TestCase['state'], output: string, elapsed?: number): void {
    const hasFailed = isRed({ state })
    const told = hasFailed ? failureIn(output) : undefined
    const printed = told?.file == null ? '' : `${told.file}:${told.line}`
    const text = state === 'passed' ? '' : output.split('\n').filter(isOwnLine).join('\n')
    const place = hasFailed ? placeIn(`${printed}\n${text}`, this.#sources, undefined, suite) : {}
    const message = told?.message ?? messageText('', text.replace(/^\s*(?:[\w.-]+\.go:\d+: )?/, ''))
    this.#cases.add({
      suite,
      name,
      state,
      ...(elapsed !== undefined && elapsed >= 0 && { durationMs: Math.round(elapsed * 1000) }),
      ...(message !== undefined && { message }),
      ...place,
    })
  }
}

/** The same parser finds failures of `go test` in logs. */
function failureIn(output: string) {
  const finder = new FailureFinder()
  for (const line of output.split('\n')) finder.next(line)
  return finder.finish().failures[0]
}

function isOwnLine(line: string): boolean {
  return !/^(?:=== \w+ |\s*--- (?:FAIL|PASS|SKIP): |FAIL\b|# )/.test(line)
}
