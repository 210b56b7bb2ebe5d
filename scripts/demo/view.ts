/** The live picture of a build: a tree of steps under their `builds_in` parents. Pure: facts in, lines of text out. */
import { styleText } from 'node:util'
import type { Build, Job } from '../client/api.ts'

export interface StepShape {
  readonly key: string
  readonly name: string
  /** Key of the step whose file system it starts from. */
  readonly parent: string | null
}

export interface Picture {
  readonly build: Build
  readonly title: string
  readonly shapes: readonly StepShape[]
  readonly jobs: readonly Job[]
  /** Last lines of output by job id. */
  readonly tails: ReadonlyMap<string, readonly string[]>
  readonly now: Date
}

type Style = Parameters<typeof styleText>[0]

const signs: Record<Job['state'], { sign: string; word: string; style: Style }> = {
  pending: { sign: '◌', word: 'waiting', style: 'gray' },
  scheduled: { sign: '◌', word: 'waiting', style: 'gray' },
  assigned: { sign: '◐', word: 'preparing', style: 'cyan' },
  running: { sign: '●', word: 'running', style: 'cyan' },
  canceling: { sign: '●', word: 'stopping', style: 'yellow' },
  timing_out: { sign: '●', word: 'out of time', style: 'yellow' },
  passed: { sign: '✓', word: 'passed', style: 'green' },
  failed: { sign: '✗', word: 'failed', style: 'red' },
  timed_out: { sign: '✗', word: 'timed out', style: 'red' },
  canceled: { sign: '⊘', word: 'canceled', style: 'yellow' },
  skipped: { sign: '⊘', word: 'skipped', style: 'gray' },
}

const waits: Record<string, string> = {
  dependencies: 'for the steps before it',
  runner: 'for a free runner',
  retry_delay: 'before the next attempt',
}

/** `0.4 s`, `12.3 s` or `2 m 05 s`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
}

/** How long it has run, '' before it started. */
function ranFor(job: Job | Build, now: Date): string {
  if (job.started_at === null || job.started_at === undefined) return ''
  const end = job.finished_at ? new Date(job.finished_at) : now
  return duration(end.getTime() - new Date(job.started_at).getTime())
}

/** What there is to say beside state and time. */
function remark(job: Job): string {
  if (job.cached === true) return 'from the cache'
  if (job.state === 'failed' && typeof job.exit_code === 'number') return `exit ${job.exit_code}`
  if (job.error_message) return job.error_message
  if (job.state === 'skipped')
    return job.skip_reason === 'condition' ? 'its condition is false' : 'a step before it did not pass'
  if (job.wait_reason) return waits[job.wait_reason] ?? job.wait_reason
  return ''
}

function stepLines(picture: Picture, shape: StepShape, depth: number, nameWidth: number): string[] {
  const job = picture.jobs.find((it) => it.step_key === shape.key)
  if (job === undefined) return []
  const { sign, word, style } = signs[job.state]
  const name = `${'  '.repeat(depth)}${shape.name}`.padEnd(nameWidth)
  const attempt = (job.attempt ?? 1) > 1 ? `attempt ${job.attempt} ` : ''
  const facts = `${ranFor(job, picture.now).padStart(9)}  ${styleText('dim', attempt + remark(job))}`
  const lines = [`${styleText(style, `${sign} ${word.padEnd(11)}`)} ${name} ${facts}`.trimEnd()]
  if (job.state === 'running')
    for (const line of picture.tails.get(job.id) ?? [])
      lines.push(styleText('dim', `${' '.repeat(14 + depth * 2)}│ ${line}`))
  const children = picture.shapes.filter((it) => it.parent === shape.key)
  return [...lines, ...children.flatMap((child) => stepLines(picture, child, depth + 1, nameWidth))]
}

function depthOf(shapes: readonly StepShape[], shape: StepShape): number {
  const parent = shapes.find((it) => it.key === shape.parent)
  return parent === undefined ? 0 : 1 + depthOf(shapes, parent)
}

export function draw(picture: Picture): string[] {
  const { build, shapes } = picture
  const nameWidth = Math.max(...shapes.map((it) => it.name.length + 2 * depthOf(shapes, it)), 4)
  const done = picture.jobs.filter((job) => job.finished_at).length
  const head = `${styleText('bold', picture.title)}  ${build.state}  ${done} of ${shapes.length} steps  ${ranFor(build, picture.now)}`
  return [
    '',
    head,
    '',
    ...shapes.filter((it) => it.parent === null).flatMap((it) => stepLines(picture, it, 0, nameWidth)),
    '',
  ]
}

/** One line of the finished or just changed step, for places that are no terminal. */
export function changeLine(job: Job, now: Date): string {
  const { word } = signs[job.state]
  return [`[${job.step_key}]`, word, ranFor(job, now), remark(job)].filter((it) => it !== '').join(' ')
}
