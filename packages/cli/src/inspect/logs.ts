import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { appendLines } from '../events/append-lines.ts'
import type { LogLine } from '../events/line-splitter.ts'
import { localHome } from '../records/home.ts'
import { isAlive } from '../records/process-mark.ts'
import { RecordedLog } from '../records/recorded-log.ts'
import { endOf, type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'
import { readRecord, runFiles } from '../records/run-records.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { LogPrinter } from '../view/log-printer.ts'
import type { Tests } from '../view/run-model.ts'
import { noService, serviceIn } from './service-in.ts'

const lookAgainMs = 100

/** Prints the logs of a run on this machine. Throws exit 5 for an unknown step. */
export async function localLogs(context: Context<'logs'>, run: RunRecord, key: string | undefined): Promise<ExitCode> {
  const { flags } = context
  const { runs } = localHome(context.cacheDirectory)
  const chosen = chooseLogs(run, key, flags.failed)
  const wholeLogOf = (step: string) => `hm logs ${run.number} ${quoteWord(step)}`
  const printer = new LogPrinter(context, { isPrefixed: key === undefined, wholeLogOf })
  await printer.begin()
  for (const { name } of chosen) printer.open(name)
  const logs = chosen.map(({ name, step, slot, service }) => {
    const file = runFiles(runs, run.record).log(slot, flags.attempt ?? Math.max(1, step.attempts), service)
    return { name, log: new RecordedLog(file) }
  })
  const isOver = () => {
    const now = readRecord(runs, run.record)
    return now === undefined || endOf(now.events) !== null || !isAlive(now.process)
  }
  for (let over = !flags.follow || isOver(), first = true; ; first = false) {
    for (const { name, log } of logs) {
      const lines = (function* () {
        yield* log.more()
        if (over) yield* log.rest()
      })()
      const wanted = first && flags.tail !== undefined ? lastOf(lines, flags.tail) : lines
      for (const line of wanted) await printer.print(name, [line])
    }
    if (over) break
    await sleep(lookAgainMs, undefined, { signal: context.signal })
    over = isOver()
  }
  const { events } = readRecord(runs, run.record) ?? run
  for (const { name, step, service } of chosen) {
    const tests = service === undefined ? testsOf(events, step, flags.attempt) : undefined
    if (tests !== undefined) printer.report(name, tests)
  }
  await printer.end()
  return exits.ok
}

/** Returns the tests that an attempt of a step reported, by default its newest. */
function testsOf(
  events: RunRecord['events'],
  { id, attempts }: RecordedStep,
  attempt = Math.max(1, attempts),
): Tests | undefined {
  let [now, found]: [number, Tests | undefined] = [0, undefined]
  for (const event of events) {
    if (event.kind === 'step_start' && event.step_id === id) now = event.attempt
    if (event.kind === 'tests' && event.step_id === id && now === attempt) found = event
  }
  return found
}

interface Chosen {
  /** The name that selects it: the key of the step, or `STEP/SERVICE`. */
  readonly name: string
  readonly service: string | undefined
  readonly step: RecordedStep
  /** Position in the plan, which names its files. */
  readonly slot: number
}

function chooseLogs({ events, number }: RunRecord, key: string | undefined, failed: boolean): Chosen[] {
  const all = stepsOf(events).map((step, slot) => ({ name: step.key, service: undefined, step, slot }))
  const named = key === undefined ? all : all.filter(({ step }) => step.key === key)
  const service = named.length > 0 || key === undefined ? undefined : serviceIn(key)
  if (service !== undefined && key !== undefined) {
    const of = all.find(({ step }) => step.key === service.step)
    const names = new Set(
      events.flatMap((event) => (event.kind === 'service' && event.step_id === of?.step.id ? event.name : [])),
    )
    if (of !== undefined && names.has(service.name)) return [{ ...of, name: key, service: service.name }]
    if (of !== undefined) throw noService(service.step, service.name, [...names])
  }
  if (key !== undefined && named.length === 0)
    throw new HmError(exits.notFound, 'step_not_found', `run ${number} has no step ${key}`, {
      fix: `its steps are ${all.map(({ step }) => step.key).join(', ')}`,
    })
  return failed ? named.filter(({ step }) => step.state === 'failed' || step.state === 'timed_out') : named
}

/** Keeps only the last `count` lines in memory. */
function lastOf(lines: Iterable<LogLine>, count: number): LogLine[] {
  const last: LogLine[] = []
  appendLines(last, lines, count)
  return count === 0 ? [] : last.slice(-count)
}
