import type { Schema } from '../../api/schemas.ts'
import { type LogLine, linesOfPage } from '../terminal/lines.ts'
import { LineBlocks } from './blocks.ts'
import { factsOf, type LogFacts, withErrors, withGroups, withRemarks } from './facts.ts'
import { LineLoader } from './line-loader.ts'
import { LongLines } from './long-lines.ts'
import type { LogPlace } from './queries.ts'

/** The shortest time between two paints of a growing log (web L15). */
const paintMs = 100

/** One log: its facts, its cached lines, and its pending reads. */
export class LogData {
  readonly #lines = new LineBlocks()
  readonly #loader: LineLoader
  readonly #long: LongLines
  readonly #listeners = new Set<() => void>()
  #facts: LogFacts
  #version = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #changedAt = 0

  constructor(place: LogPlace, first: Schema<'JobLogView'>) {
    this.#facts = factsOf(first)
    this.#lines.put(first.page.from, linesOfPage(first.page))
    this.#long = new LongLines(place, () => this.#changed())
    this.#loader = new LineLoader(place, this.#lines, (page) => {
      if (page !== null) this.#takePage(page)
      this.#changed()
    })
  }

  get facts(): LogFacts {
    return this.#facts
  }

  /** Why lines could not be read; null if no read has failed. */
  get problem(): unknown {
    return this.#loader.problem
  }

  /** The size of the cached text in bytes. */
  get keptBytes(): number {
    return this.#lines.bytes
  }

  /** Returns a cached line; of a truncated line, the part read so far. */
  line(line: number): LogLine | undefined {
    return this.#long.get(line) ?? this.#lines.get(line)
  }

  /** Reads more of a truncated line. */
  openLine(number: number): void {
    const line = this.#lines.get(number)
    if (line !== undefined) this.#long.open(number, line)
  }

  /** Records which lines are visible, and reads missing lines in the order of the runs. */
  setVisible(runs: readonly (readonly [from: number, to: number])[]): void {
    for (const [from, to] of runs) {
      this.#lines.touch(from, to)
      for (let number = from; number <= to; number++) {
        const line = this.#lines.get(number)
        if (line?.cutBytes != null) this.#long.onVisible(number, line)
      }
    }
    this.#loader.setVisible(runs)
  }

  /** Reads all lines of a range for copying, including evicted ones. */
  readAll(from: number, to: number, signal: AbortSignal): Promise<readonly LogLine[]> {
    return this.#loader.readAll(from, to, signal)
  }

  /** Merges an event of a growing log. Skipped lines are read when they become visible. */
  applyEvent(event: Schema<'EventOfLog'>): void {
    this.#lines.put(event.from, linesOfPage(event))
    this.#long.forget(event.from, event.from + event.lines.length)
    const { groups, errors, remarks } = this.#facts
    this.#facts = {
      ...this.#facts,
      totalLines: Math.max(this.#facts.totalLines, event.total_lines),
      isComplete: this.#facts.isComplete || event.complete,
      t0: event.t0 ?? this.#facts.t0,
      groups: withGroups(groups, event.groups),
      errors: withErrors(errors, event.errors),
      remarks: withRemarks(remarks, event.remarks),
    }
    if (event.complete) this.#changed()
    else this.#timer ??= setTimeout(() => this.#changed(), Math.max(0, this.#changedAt + paintMs - performance.now()))
  }

  /** Replaces the log by a fresh view. */
  replace(view: Schema<'JobLogView'>): void {
    this.#facts = factsOf(view)
    this.#lines.put(view.page.from, linesOfPage(view.page))
    this.#changed()
  }

  /** Stops all reads. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#loader.stop()
    this.#long.stop()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Incremented by each visible change. */
  readonly version = (): number => this.#version

  #takePage(page: Schema<'LogPage'>): void {
    this.#lines.put(page.from, linesOfPage(page))
    const { totalLines, isComplete } = this.#facts
    if (page.total_lines > totalLines || page.complete !== isComplete)
      this.#facts = {
        ...this.#facts,
        totalLines: Math.max(totalLines, page.total_lines),
        t0: page.t0 ?? this.#facts.t0,
      }
  }

  #changed(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#changedAt = performance.now()
    this.#version++
    for (const listener of this.#listeners) listener()
  }
}
