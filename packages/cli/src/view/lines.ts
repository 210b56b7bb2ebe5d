import type { RunEvent, RunView } from '../events/run-event.ts'
import { inert, inertText } from '../terminal/inert.ts'
import { paintLine } from '../terminal/span.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { openWriter } from '../terminal/writer.ts'
import type { Charset } from './charset.ts'
import type { Earlier } from './durations.ts'
import { testCounts } from './failure/failure-excerpt.ts'
import { isUnstarted } from './failure/likely-cause.ts'
import { fold, stepOf } from './fold.ts'
import { newRun, type Run } from './run-model.ts'
import { summary } from './summary.ts'

/**
 * Returns the text of an event in a line log, without its `[key] `; undefined for events without
 * one.
 */
function lineText(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'step_start':
      return `start (runner=${event.runner}${event.image === null ? '' : ` image=${event.image}`})`
    case 'step_log':
      return event.line
    case 'service':
      // Every service ends with its step, so this event is omitted.
      return event.state === 'ended' && event.exit_code === null
        ? undefined
        : `service ${event.name} ${serviceText(event)}`
    case 'step_cache_hit':
      return `cache hit (${event.tag})`
    case 'step_substituted':
      return `could not pull ${event.image}: using the runner's own tools instead`
    case 'step_skipped':
      return `skipped (${event.reason})`
    case 'step_retry':
      return `retry ${event.attempt}/${Math.max(event.of - 1, event.attempt)} (${retryCause(event)})`
    case 'step_end':
      return event.state === 'skipped' ? undefined : `end ${endText(event)}${remark(event)}`
    case 'tests':
      return `tests: ${testCounts(event)}`
    case 'build_accepted':
      return `accepted number=${event.build.number} ${event.watch_url}`
    case 'build_end':
      return `end ${endText(event)}`
    default:
      return undefined
  }
}

function endText({ exit_code, duration_ms }: { readonly exit_code: number | null; readonly duration_ms: number }) {
  return `exit=${exit_code ?? 'none'} duration=${Math.round(duration_ms)}ms`
}

function serviceText({ state, ready_ms, exit_code }: Extract<RunEvent, { readonly kind: 'service' }>): string {
  if (state === 'ready') return ready_ms === null ? 'ready' : `ready after=${ready_ms}ms`
  return exit_code === null ? state : `${state} exit=${exit_code}`
}

function retryCause({ exit_code, reason }: Extract<RunEvent, { readonly kind: 'step_retry' }>): string {
  return exit_code === null ? (reason ?? 'exit=none') : `exit=${exit_code}`
}

/** Adds facts that are not part of the exit code. */
function remark({ state, soft_failed, message, error_code }: Extract<RunEvent, { readonly kind: 'step_end' }>): string {
  const words = [
    ...(state === 'canceled' || state === 'timed_out' ? [state.replace('_', ' ')] : []),
    ...(soft_failed ? ['does not fail the build'] : []),
    // The step's log and the summary contain the whole message.
    ...(message === null ? [] : [isUnstarted(error_code) ? 'not started' : message]),
  ]
  return words.length === 0 ? '' : ` (${words.join(': ')})`
}

/** Returns a line for each text that a carriage return would overwrite, so that nothing is lost. */
function overwritten(text: string): string[] {
  if (!text.includes('\r')) return [text]
  const parts = text.split('\r').filter((part) => part !== '')
  return parts.length === 0 ? [''] : parts
}

function speaker(event: RunEvent, run: Run): string | undefined {
  return 'step_id' in event ? stepOf(run, event.step_id).key : undefined
}

/**
 * Writes one line per event to stderr: for logs, files, and terminals that cannot move the cursor.
 */
export function linesView(stderr: Terminal, charset: Charset, earlier: Earlier): RunView {
  const run = newRun()
  const writer = openWriter(stderr.stream)
  return {
    async show(event) {
      fold(run, event)
      const text = lineText(event)
      if (text === undefined) return
      const key = speaker(event, run)
      const prefix = key === undefined ? 'build:' : stderr.style(keyColor(key), `[${inert(key)}]`)
      const last = event.kind === 'build_end' ? summary(run, { charset, earlier, width: Number.POSITIVE_INFINITY }) : []
      const lines = [...last.map((line) => paintLine(line, stderr.style)), ...overwritten(text).map(inert)]
      await writer.write(lines.map((line) => `${prefix} ${line}\n`).join(''))
    },
    note: (line) => writer.write(`${inertText(line)}\n`),
    async close() {
      writer.release()
    },
  }
}

/**
 * The colours among the basic 16 that are readable on light and dark backgrounds and mean neither
 * failure nor success.
 */
const colors = ['cyan', 'magenta', 'blue', 'yellow', 'cyanBright', 'magentaBright', 'blueBright'] as const

/** Returns the colour of a step's key, which is the same in every run. */
export function keyColor(key: string): (typeof colors)[number] {
  let hash = 0
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0
  return colors[hash % colors.length] ?? 'cyan'
}
