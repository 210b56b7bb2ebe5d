import { once } from 'node:events'
import type { Context } from '../context.ts'
import type { LogLine } from '../events/line-splitter.ts'
import { inert, jsonFor } from '../terminal/inert.ts'
import { FailedLogs, showsExcerpts } from './failure/failed-logs.ts'
import type { Tests } from './run-model.ts'

interface PrinterOptions {
  /** Whether each line begins with the key of its step. */
  readonly isPrefixed: boolean
  /** Returns the command that prints the whole log of a step. */
  readonly wholeLogOf: (step: string) => string
}

/** Prints the logs of steps to stdout, as lines or as one JSON document. */
export class LogPrinter {
  readonly #context: Context<'logs'>
  readonly #options: PrinterOptions
  readonly #since: number
  readonly #failed = new FailedLogs()
  readonly #isExcerpt: boolean
  #printed = 0

  constructor(context: Context<'logs'>, options: PrinterOptions) {
    this.#context = context
    this.#options = options
    this.#isExcerpt = showsExcerpts(context.flags)
    const { since } = context.flags
    this.#since = since === undefined ? Number.NEGATIVE_INFINITY : Date.now() - since
  }

  async begin(): Promise<void> {
    if (this.#context.global.json) await this.#write('{"data":[')
  }

  /** Opens the log of a step, which may be empty. */
  open(step: string): void {
    if (this.#isExcerpt && !this.#context.global.json) this.#failed.begin(step)
  }

  /** Adds a step's reported tests; `--failed` summarizes the failed ones. */
  report(step: string, tests: Tests): void {
    if (this.#context.flags.failed && !this.#context.global.json) this.#failed.report(step, tests)
  }

  /** Prints lines of a step. `facts` are additional members of each JSON line. */
  async print(step: string, lines: readonly LogLine[], facts: { readonly attempt?: number } = {}): Promise<void> {
    const { global, flags, output } = this.#context
    let text = ''
    for (const { stream, line, ts } of lines) {
      if (ts < this.#since) continue
      const at = new Date(ts).toISOString()
      if (global.json) {
        const comma = this.#printed === 0 ? '' : ','
        text += `${comma}${jsonFor(output.stdout, { step, ...facts, stream, line, ts: at })}\n`
      } else {
        if (flags.failed) this.#failed.take(step, line, stream === 'meta')
        if (!this.#isExcerpt) text += `${flags.timestamps ? `${at} ` : ''}${this.#shown(step, line)}`
      }
      this.#printed += 1
    }
    await this.#write(text)
  }

  async end(): Promise<void> {
    const { global, output } = this.#context
    if (global.json) await this.#write(']}\n')
    for (const log of this.#failed.finish()) {
      if (this.#isExcerpt) await this.#write(log.excerpt.map((line) => this.#shown(log.step, line)).join(''))
      for (const line of log.summary) output.say(line)
      if (this.#isExcerpt && log.lines !== null)
        output.say(`full log, ${log.lines} lines: ${this.#options.wholeLogOf(log.step)}`)
    }
  }

  #shown(step: string, line: string): string {
    const text = this.#context.output.stdout.isTerminal ? inert(line) : line
    return `${this.#options.isPrefixed ? `[${inert(step)}] ` : ''}${text}\n`
  }

  async #write(text: string): Promise<void> {
    const { stream } = this.#context.output.stdout
    if (text !== '' && !stream.write(text)) await once(stream, 'drain')
  }
}
