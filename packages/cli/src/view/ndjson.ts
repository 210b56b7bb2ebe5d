import type { AttemptTimes, Instant, RunEvent, RunView } from '../events/run-event.ts'
import { inertText, jsonFor } from '../terminal/inert.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { openWriter } from '../terminal/writer.ts'

/** Returns the event with its instants in RFC 3339. */
function withDates(event: RunEvent): object {
  switch (event.kind) {
    case 'build_start':
    case 'step_start':
      return { ...event, started_at: new Date(event.started_at).toISOString() }
    case 'step_log':
    case 'chain_failed':
      return { ...event, ts: new Date(event.ts).toISOString() }
    case 'step_retry':
    case 'step_end':
      return event.times === undefined ? event : { ...event, times: datesOf(event.times) }
    default:
      return event
  }
}

function datesOf({ phases, ...instants }: AttemptTimes): object {
  const date = (at: Instant | null) => at && new Date(at).toISOString()
  return {
    ...Object.fromEntries(Object.entries(instants).map(([name, at]) => [name, date(at)])),
    phases: phases.map((phase) => ({ ...phase, started_at: date(phase.started_at) })),
  }
}

/** Writes each event to stdout as one line of JSON when it occurs. */
export function ndjsonView(stdout: Terminal, stderr: Terminal): RunView {
  const data = openWriter(stdout.stream)
  const talk = openWriter(stderr.stream)
  return {
    show: (event) => data.write(`${jsonFor(stdout, withDates(event))}\n`),
    note: (line) => talk.write(`${inertText(line)}\n`),
    async close() {
      data.release()
      talk.release()
    },
  }
}
