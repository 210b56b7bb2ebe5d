import type { NumberedLine, QuotedFailure } from './failure.ts'
import { cleanMessage, shorten, unequalValues } from './message.ts'
import { isOwn, type Place } from './place.ts'

/** Number of quoted lines before and after the message. The heading is always quoted. */
const linesBefore = 6
const linesAfter = 12

/** A failure whose report is being read. */
export class Draft {
  readonly heading: number
  test: string | null
  message: string | null = null
  place: Place | null = null
  /** Line on which the test begins; used for a failure without its own place. */
  declared: Place | null = null
  /** The values that an assertion compared. */
  expected: string | null = null
  received: string | null = null
  #logLine: number
  readonly #lines: string[] = []
  #isWhole = true
  #after = 0

  constructor(test: string | null, heading: number) {
    this.test = test
    this.heading = heading
    this.#logLine = heading
  }

  /** Sets the message, unless it has one. */
  say({ number }: NumberedLine, message: string): void {
    if (this.message !== null || message.trim() === '') return
    this.message = message
    this.#logLine = number
  }

  /**
   * Takes a line of the message, or the values that Node.js's strict assertions print below it:
   * `1 !== 2`.
   */
  sayOrCompare(line: NumberedLine): void {
    const isStrict = this.message?.trimEnd().endsWith(' to be strictly equal:') === true
    const values = isStrict && this.expected === null ? unequalValues(line.text) : null
    if (values === null) this.say(line, line.text)
    else [this.received, this.expected] = values
  }

  /** Discards the message, because the decisive error follows in the report. */
  unsay(): void {
    this.message = null
    this.place = null
    this.#after = 0
    this.#forgetLines()
  }

  /**
   * Sets the place to the first one in the project's own code, or to the last one if the tool names
   * the cause last.
   */
  locate(place: Place | null, which: 'first' | 'last' = 'first'): void {
    if (place !== null && isOwn(place.file) && (which === 'last' || this.place === null)) this.place = place
  }

  /** Keeps a line of the report for the quote, in constant memory. */
  keep({ text }: NumberedLine): void {
    if (this.message === null) {
      this.#lines.push(shorten(text))
      this.#forgetLines()
    } else if (this.#after++ <= linesAfter) this.#lines.push(shorten(text))
  }

  /** Keeps the heading and the last lines. */
  #forgetLines(): void {
    const more = this.#lines.length - 1 - linesBefore
    if (more <= 0) return
    this.#lines.splice(1, more)
    this.#isWhole = false
  }

  /** Excludes the following lines (stack traces, output of the test) from the quote. */
  endQuote(): void {
    this.#after = linesAfter + 1
  }

  /** Returns the failure. `otherwise` replaces a missing message. */
  finish(otherwise: string): QuotedFailure {
    const quote = this.#isWhole ? [...this.#lines] : [this.#lines[0] ?? '', '…', ...this.#lines.slice(1)]
    while (quote.at(-1)?.trim() === '') quote.pop()
    const place = this.place ?? this.declared
    return {
      test: this.test === null ? null : shorten(this.test),
      message: shorten(cleanMessage(this.message ?? otherwise, this.expected, this.received)),
      file: place === null ? null : shorten(place.file),
      line: place?.line ?? null,
      logLine: this.#logLine,
      quote,
    }
  }
}
