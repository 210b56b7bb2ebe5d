import type { Terminal } from '../context.ts'
import type { RunEvent } from '../events/run-event.ts'
import { inertText, jsonFor } from '../terminal/inert.ts'
import { openWriter } from '../terminal/writer.ts'
import type { OpenView } from './open-view.ts'

/** The event as one line of JSON, its instants in RFC 3339. */
function ndjsonLine(event: RunEvent, stdout: Terminal): string {
  return jsonFor(stdout, withDates(event))
}

function withDates(event: RunEvent): object {
  switch (event.kind) {
    case 'build_start':
    case 'step_start':
      return { ...event, started_at: new Date(event.started_at).toISOString() }
    case 'step_log':
    case 'chain_failed':
      return { ...event, ts: new Date(event.ts).toISOString() }
    default:
      return event
  }
}

/** Each event as a line on stdout when it happens. */
export function ndjsonView(stdout: Terminal, stderr: Terminal): OpenView {
  const data = openWriter(stdout.stream)
  const talk = openWriter(stderr.stream)
  return {
    tell: (event) => data.write(`${ndjsonLine(event, stdout)}\n`),
    note: (line) => talk.write(`${inertText(line)}\n`),
    async close() {
      data.release()
      talk.release()
    },
  }
}
