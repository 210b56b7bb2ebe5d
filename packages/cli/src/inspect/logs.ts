import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import type { LogLine } from '../events/line-splitter.ts'
import { localHome } from '../records/home.ts'
import { isAlive } from '../records/process-mark.ts'
import { RecordedLog } from '../records/recorded-log.ts'
import { endOf, type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'
import { readRecord, runFiles } from '../records/run-records.ts'
import { inert, jsonFor } from '../terminal/inert.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { FailedLogs, showsExcerpts, wholeLog } from '../view/failed-logs.ts'

const lookAgainMs = 100

/** Prints the logs of a run of this machine. Throws exit 5 for a step that it does not have. */
export async function localLogs(context: Context<'logs'>, run: RunRecord, key: string | undefined): Promise<ExitCode> {
  const { flags, global, output } = context
  const { runs } = localHome(context.cacheDirectory)
  const chosen = chooseSteps(run, key, flags.failed)
  const isAlone = key !== undefined
  const sinceMs = flags.since === undefined ? 0 : Date.now() - flags.since
  const printer = new Printer(output, {
    json: global.json,
    timestamps: flags.timestamps,
    isAlone,
    sumsUp: flags.failed,
    isExcerpt: showsExcerpts(flags),
    wholeLogOf: (step) => `hm logs ${run.number} ${quoteWord(step)}`,
  })
  await printer.begin(chosen.map(({ step }) => step.key))
  const logs = chosen.map(({ step, slot }) => {
    const file = runFiles(runs, run.record).log(slot, flags.attempt ?? Math.max(1, step.attempts))
    return { step, log: new RecordedLog(file) }
  })
  const isOver = () => {
    const now = readRecord(runs, run.record)
    return now === undefined || endOf(now.events) !== null || !isAlive(now.process)
  }
  for (let over = !flags.follow || isOver(), first = true; ; first = false) {
    for (const { step, log } of logs) {
      const lines = (function* () {
        yield* log.more()
        if (over) yield* log.rest()
      })()
      const wanted = first && flags.tail !== undefined ? lastOf(lines, flags.tail) : lines
      for (const line of wanted) if (line.ts >= sinceMs) await printer.line(step, line)
    }
    if (over) break
    await sleep(lookAgainMs, undefined, { signal: context.signal })
    over = isOver()
  }
  await printer.end()
  return exits.ok
}

interface Chosen {
  readonly step: RecordedStep
  /** Position in the plan, by which its files are named. */
  readonly slot: number
}

function chooseSteps({ events, number }: RunRecord, key: string | undefined, failed: boolean): Chosen[] {
  const all = stepsOf(events).map((step, slot) => ({ step, slot }))
  const named = key === undefined ? all : all.filter(({ step }) => step.key === key)
  if (key !== undefined && named.length === 0)
    throw new HmError(exits.notFound, 'step_not_found', `run ${number} has no step ${key}`, {
      fix: `its steps are ${all.map(({ step }) => step.key).join(', ')}`,
    })
  return failed ? named.filter(({ step }) => step.state === 'failed' || step.state === 'timed_out') : named
}

/** Holds so many lines and no more. */
function lastOf(lines: Iterable<LogLine>, count: number): LogLine[] {
  const last: LogLine[] = []
  for (const line of lines) {
    last.push(line)
    if (last.length > 2 * count + 1_000) last.splice(0, last.length - count)
  }
  return count === 0 ? [] : last.slice(-count)
}

interface PrintOptions {
  readonly json: boolean
  readonly timestamps: boolean
  /** Lines need not say whose they are. */
  readonly isAlone: boolean
  /** Repeats the failures at the end, on stderr. */
  readonly sumsUp: boolean
  /** Shows an excerpt of each log once it is complete. */
  readonly isExcerpt: boolean
  /** Returns the command that prints the whole log of a step. */
  readonly wholeLogOf: (step: string) => string
}

class Printer {
  readonly #output: Context['output']
  readonly #options: PrintOptions
  readonly #failed = new FailedLogs()
  #isFirst = true

  constructor(output: Context['output'], options: PrintOptions) {
    this.#output = output
    this.#options = options
  }

  async begin(keys: readonly string[]): Promise<void> {
    const { json, isExcerpt } = this.#options
    if (json) await this.#output.print('{"data":[')
    else if (isExcerpt) for (const key of keys) this.#failed.begin(key)
  }

  async line({ key }: RecordedStep, { stream, line, ts }: LogLine): Promise<void> {
    const { json, timestamps, sumsUp, isExcerpt } = this.#options
    const at = new Date(ts).toISOString()
    if (json) {
      await this.#output.print(
        `${this.#isFirst ? '' : ','}${jsonFor(this.#output.stdout, { step: key, stream, line, ts: at })}`,
      )
      this.#isFirst = false
    } else {
      if (sumsUp) this.#failed.take(key, line, stream === 'meta')
      if (!isExcerpt) await this.#output.print(`${timestamps ? `${at} ` : ''}${this.#prefix(key)}${line}`)
    }
  }

  #prefix(key: string): string {
    return this.#options.isAlone ? '' : `[${inert(key)}] `
  }

  async end(): Promise<void> {
    if (this.#options.json) await this.#output.print(']}')
    const { isExcerpt, wholeLogOf } = this.#options
    for (const log of this.#failed.finish()) {
      if (isExcerpt) for (const line of log.excerpt) await this.#output.print(`${this.#prefix(log.step)}${line}`)
      for (const line of log.summary) this.#output.say(line)
      if (isExcerpt && log.lines !== null) this.#output.say(wholeLog(log, wholeLogOf(log.step)))
    }
  }
}
