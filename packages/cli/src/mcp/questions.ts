import type { Context } from '../context.ts'
import { count, duration } from '../terminal/amounts.ts'
import { Answer, isPlainName, quoted } from './answer.ts'
import { type BuildWish, numberOf, openBuild, requireSteps } from './open-build.ts'
import {
  callOf,
  type LogPart,
  logOf,
  type SeenBuild,
  type SeenFailure,
  type SeenStep,
  type SeenTest,
  stepOf,
} from './seen-build.ts'

type Wish = BuildWish & { readonly step?: string | undefined; readonly cursor?: string | undefined }

/** Token limit that leaves room for the two calls that may follow. */
const failureTokens = 2_400
const mostLines = 400
/**
 * Maximum number of a step's services whose logs are proposed: more would not fit beside a full
 * page of a log.
 */
const mostServices = 2

/** Describes the state of a build without text from the build. */
export function headOf({ named, state, steps }: SeenBuild): string {
  const failed = steps.filter(({ isFailure }) => isFailure).length
  return `${named}: ${state}.${failed === 0 ? '' : ` ${failed} of ${steps.length} steps failed.`}`
}

function stepWords(step: SeenStep): string {
  const { state, softFailed, ending, durationMs, attempt } = step
  const parts = [
    softFailed ? `${state} without failing the build` : state,
    ending,
    durationMs === null ? null : `after ${duration(durationMs)}`,
    attempt > 1 ? `attempt ${attempt}` : null,
  ]
  return `Step ${callOf(step)}: ${parts.filter((part) => part !== null).join(', ')}.`
}

/**
 * `failure`: explains why a build failed: the step, the place, the first lines, and the next calls.
 */
export async function failure(context: Context<'mcp'>, wish: Wish): Promise<string> {
  const build = await openBuild(context, wish, true)
  const answer = new Answer(failureTokens)
  answer.say(headOf(build))
  const step = build.steps.length === 0 && wish.step === undefined ? null : failedStep(build, wish.step)
  if (step === null) {
    if (build.message !== null) answer.data(build.message)
    if (!build.isOver) answer.next('wait', build.call, 'waits for its end')
    return answer.text()
  }
  answer.say(stepWords(step))
  const told = await build.failure(step)
  tellFailure(answer, step, told)
  proposeNext(answer, build, step, told)
  return answer.text()
}

/** Returns the step to explain; null if no step failed, which is not an error. */
function failedStep(build: SeenBuild, wanted: string | undefined): SeenStep | null {
  const hasFailed = build.steps.some(({ isFailure }) => isFailure)
  return wanted === undefined && !hasFailed ? null : stepOf(build, wanted)
}

function tellFailure(answer: Answer, step: SeenStep, { reports, counts, cause, excerpt }: SeenFailure): void {
  const [first] = reports
  if (first?.file != null) answer.data(`place: ${first.file}${first.line === null ? '' : `:${first.line}`}`)
  if (cause !== null) answer.data(`likely cause: ${cause}`)
  if (step.command !== null) answer.data(`command: ${step.command.trim().replaceAll('\n', ' ⏎ ').slice(0, 400)}`)
  for (const [index, { test, message, file, line, logLine, note }] of reports.entries()) {
    const place = file === null ? '' : ` at ${file}${line === null ? '' : `:${line}`}`
    const name = test === null ? '' : `${test}: `
    const notes = [logLine === null ? null : `log line ${logLine}`, note].filter((part) => part != null).join(', ')
    const [said = ''] = message.trim().split('\n')
    const isAdded = answer.data(
      `${index + 1}. ${name}${said.slice(0, 300)}${place}${notes === '' ? '' : ` (${notes})`}`,
    )
    if (!isAdded) break
  }
  const all = counts.tests + counts.errors
  if (all > reports.length) answer.data(`and ${all - reports.length} more`)
  if (excerpt.length === 0) return
  answer.data(first === undefined ? 'the last lines of its log:' : 'its log says:')
  answer.dataLines(excerpt)
}

function proposeNext(answer: Answer, build: SeenBuild, step: SeenStep, { reports, counts }: SeenFailure): void {
  const meant = { ...build.call, step: callOf(step) }
  const at = reports[0]?.logLine ?? null
  answer.next('log', at === null ? meant : { ...meant, cursor: String(Math.max(1, at - 10)) }, 'reads its log')
  proposeServices(answer, build, step, ({ state }) => state === 'failed')
  if (counts.tests > 0) answer.next('tests', build.call, 'lists the failed tests with their full messages')
  const others = build.steps.filter((other) => other.isFailure && other.number > step.number)
  const [other] = others
  if (other !== undefined)
    answer.next(
      'failure',
      { ...build.call, step: callOf(other) },
      `explains the next of ${others.length} more failed steps`,
    )
  if (build.isOver) answer.next('retry', build.call, 'runs the failed steps again')
}

/**
 * Proposes calls that read the logs of services. Omits names that are not plain, because the
 * proposals are outside the data.
 */
function proposeServices(
  answer: Answer,
  build: SeenBuild,
  step: SeenStep,
  isMeant: (service: SeenStep['services'][number]) => boolean,
): void {
  for (const { name } of step.services.filter(isMeant).slice(0, mostServices)) {
    const call = besideCall(step, name)
    if (call !== null) answer.next('log', { ...build.call, step: call }, 'reads the log of its service')
  }
}

/**
 * Returns the name by which calls address a service or fork of a step; null if it is not a plain
 * name.
 */
function besideCall(step: SeenStep, name: string): string | null {
  return isPlainName(name) ? `${callOf(step)}/${name}` : null
}

/** `log`: reads a part of the log of a step, or of its service or fork. */
export async function log(
  context: Context<'mcp'>,
  wish: Wish & { readonly search?: string | undefined; readonly attempt?: number | undefined },
): Promise<string> {
  const build = await openBuild(context, wish)
  requireSteps(build)
  const { search, attempt } = wish
  const { step, beside } = logOf(build, wish.step)
  const from = wish.cursor === undefined && search === undefined ? undefined : Math.max(1, numberOf(wish.cursor, 1))
  const part = await build.log(step, { beside, from, search, attempt, limit: mostLines })
  const answer = new Answer()
  const owner = beside === undefined ? 'Its log' : `The log of ${quoted(beside, 'its service')}`
  answer.say(
    `${build.named}. ${stepWords(step)} ${owner} has ${count(part.total, 'line')}${build.isOver ? '' : ' so far'}.`,
  )
  const more = from === undefined ? tellEnd(answer, part) : tellFrom(answer, part)
  if (part.lines.length === 0)
    answer.say(search === undefined ? 'There is no line in this range.' : 'No line contains this text.')
  const meant = {
    ...build.call,
    step: beside === undefined ? callOf(step) : besideCall(step, beside),
    ...(search === undefined ? {} : { search }),
    ...(attempt === undefined ? {} : { attempt }),
  }
  if (more !== null && meant.step !== null)
    answer.next('log', { ...meant, cursor: String(more) }, from === undefined ? 'reads the lines before' : 'goes on')
  if (beside === undefined) proposeServices(answer, build, step, () => true)
  return answer.text()
}

function numbered({ number, text }: LogPart['lines'][number]): string {
  return `${number}| ${text}`
}

/** Adds lines in order. Returns the number of the next line; null if none follows. */
function tellFrom(answer: Answer, { lines, total }: LogPart): number | null {
  const added = answer.dataLines(lines.map(numbered))
  const last = lines[added - 1]
  if (last === undefined) return null
  return added < lines.length || last.number < total ? last.number + 1 : null
}

/**
 * Adds the last lines that fit. Returns the first line number of the preceding page; null if there
 * is none.
 */
function tellEnd(answer: Answer, { lines }: LogPart): number | null {
  const measure = new Answer()
  const fitting = measure.dataLines(lines.map(numbered).toReversed())
  answer.dataLines(lines.slice(-fitting).map(numbered))
  const first = lines.at(-fitting)
  return first === undefined || first.number <= 1 ? null : Math.max(1, first.number - fitting)
}

/** Proposes a call that reads the log of a fork, for the first test with forks. */
function proposeFork(answer: Answer, build: SeenBuild, tests: readonly SeenTest[]): void {
  const found = tests.find(({ forks }) => forks !== null)
  const step = build.steps.find(({ key }) => key === found?.step)
  if (found?.forks == null || step === undefined) return
  answer.next(
    'log',
    { ...build.call, step: besideCall(step, `fork-${found.forks.first}`) },
    'reads the log of a fork that ran it alone or again',
  )
}

/** Maximum number of lines shown of a message, enough for a difference of small values. */
const mostOfMessage = 15

/** `tests`: lists the failed tests that the steps reported. */
export async function tests(context: Context<'mcp'>, wish: Wish): Promise<string> {
  const build = await openBuild(context, wish)
  const { tests: failed, counts, isReported } = await build.tests()
  const answer = new Answer()
  if (!isReported) {
    answer.say(`${build.named}: no step reported tests. The log may contain their failures: call failure.`)
    return answer.text()
  }
  answer.say(`${build.named}: ${counts.failed} failed, ${counts.passed} passed, ${counts.skipped} skipped.`)
  const from = numberOf(wish.cursor, 0)
  let told = from
  for (const test of failed.slice(from)) {
    const { name, file, line, step, notes, message, forks } = test
    const place = file === null ? '' : ` at ${file}${line === null ? '' : `:${line}`}`
    const known = [...(step === null ? [] : [`step ${step}`]), ...notes].join(', ')
    if (!answer.data(`${told + 1}. ${name}${place}${known === '' ? '' : ` (${known})`}`)) break
    told += 1
    const said = (message ?? '').trim().split('\n').slice(0, mostOfMessage)
    for (const text of [...said, ...(forks === null ? [] : [forks.words])]) if (!answer.data(`   ${text}`)) break
  }
  if (told < failed.length) answer.next('tests', { ...build.call, cursor: String(told) }, 'goes on')
  proposeFork(answer, build, failed.slice(from, told))
  return answer.text()
}

/** `why`: explains why each step ran, was cached or was skipped. */
export async function why(context: Context<'mcp'>, wish: Wish): Promise<string> {
  const build = await openBuild(context, wish)
  requireSteps(build)
  const answer = new Answer()
  answer.say(headOf(build))
  const steps = wish.step === undefined ? build.steps : [stepOf(build, wish.step)]
  const from = numberOf(wish.cursor, 0)
  let told = from
  for (const step of steps.slice(from)) {
    const words = [step.state, step.ending].filter((part) => part !== null).join(', ')
    if (!answer.data(`#${step.number} ${step.key}: ${words}; ${await build.why(step)}`)) break
    told += 1
  }
  if (told < steps.length) answer.next('why', { ...build.call, cursor: String(told) }, 'goes on')
  if (build.steps.some(({ isFailure }) => isFailure)) answer.next('failure', build.call, 'explains the failure')
  return answer.text()
}
